// `npm start`: from a fresh clone to a running system. Plain JavaScript without dependencies: it runs before `npm ci`.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { followNpm } from './follow-npm.mjs';
import { prepare } from './prepare.mjs';
import { build } from './project.mjs';
import { failWith } from './setup-error.mjs';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
for (const signal of SIGNALS) process.once(signal, stopPreparing);
followNpm();
try {
  await prepare();
  for (const signal of SIGNALS) process.off(signal, stopPreparing);
  const { run } = await import(pathToFileURL(join(build, 'cli', 'main.js')).href);
  process.exitCode = await run(['up', ...process.argv.slice(2)]);
} catch (error) {
  failWith(error);
}

function stopPreparing() {
  process.exit(130);
}
