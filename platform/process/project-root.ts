import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout: the nearest folder above this file that holds `package.json`, compiled or not. */
export function projectRoot(): string {
  root ??= find(dirname(fileURLToPath(import.meta.url)));
  return root;
}

let root: string | undefined;

function find(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error('package.json was not found above this file');
  return find(parent);
}
