// `npm run bench -- NAME [options]`: sets up what a bench needs and hands over to bench/main.ts.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { followNpm } from './follow-npm.mjs';
import { prepare } from './prepare.mjs';
import { build } from './project.mjs';
import { failWith } from './setup-error.mjs';

followNpm();
try {
  await prepare();
  const { run } = await import(pathToFileURL(join(build, 'bench', 'main.js')).href);
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  failWith(error);
}
