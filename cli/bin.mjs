#!/usr/bin/env node
// `npx interleave VERB` in a checkout: prepares what the verb needs (nothing, as a rule) and hands over.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { followNpm } from '../scripts/bootstrap/follow-npm.mjs';
import { prepare } from '../scripts/bootstrap/prepare.mjs';
import { build } from '../scripts/bootstrap/project.mjs';
import { failWith } from '../scripts/bootstrap/setup-error.mjs';

const args = process.argv.slice(2);
const starts = args[0] === 'up' && !args.includes('--help') && !args.includes('-h');
followNpm();
try {
  await prepare(starts ? {} : { only: 'program' });
  const { run } = await import(pathToFileURL(join(build, 'cli', 'main.js')).href);
  process.exitCode = await run(args);
} catch (error) {
  failWith(error);
}
