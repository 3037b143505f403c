// `npm start`: from a fresh clone to a running system. Plain JavaScript without dependencies: it runs before `npm ci`.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { followNpm } from './follow-npm.mjs';
import { prepare } from './prepare.mjs';
import { build } from './project.mjs';
import { failWith } from './setup-error.mjs';

const FIRST_HELP = `Usage: npm start [-- options]

Starts the whole system in the foreground and prints one address to open. The first time it installs packages, fetches
Kafka and Elasticsearch, converts the model weights and compiles everything first; nothing of that has happened yet.

Options: --no-feed, --rate N, --data-dir DIR, --port N, --any-ports, --rebuild-index, --json. What they mean is in
\`npm start -- --help\` after the first start, and in cli/verbs/up.ts and docs/operations.md until then.`;

const words = process.argv.slice(2);
const cli = join(build, 'cli', 'main.js');
// Before the first start there is nothing that could say more, and nobody who asks for help wants to wait for that.
if ((words.includes('--help') || words.includes('-h')) && !existsSync(cli)) {
  console.log(FIRST_HELP);
  process.exit(0);
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
for (const signal of SIGNALS) process.once(signal, stopPreparing);
followNpm();
try {
  await prepare();
  for (const signal of SIGNALS) process.off(signal, stopPreparing);
  const { run } = await import(pathToFileURL(cli).href);
  process.exitCode = await run(['up', ...words]);
} catch (error) {
  failWith(error);
}

function stopPreparing() {
  process.exit(130);
}
