// `node scripts/bootstrap/complete-lock-file.mjs`: adds to package-lock.json the optional packages that npm left out.
//
// Packages with native code name one optional package per system. A registry that lacks some of them makes `npm install`
// leave them out of the lock file without a word, and then `npm ci` refuses the lock file everywhere. They are named
// here with version, system and processor, without a hash: on the systems that they are not for, nobody asks for it.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { missingOptionalPackages } from './lock-file.mjs';
import { root } from './project.mjs';

const file = join(root, 'package-lock.json');
const lock = JSON.parse(readFileSync(file, 'utf8'));
const missing = missingOptionalPackages(lock.packages);
const [top, ...others] = Object.entries({ ...lock.packages, ...Object.fromEntries(missing) });
lock.packages = Object.fromEntries([top, ...others.sort(([a], [b]) => (a < b ? -1 : 1))]);
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
process.stdout.write(`${missing.length} added\n`);
