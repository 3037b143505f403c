import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../platform/process/project-root.ts';

/** Where the hash of the labeler's code is kept. */
export const CODE_HASH_FILE = join(projectRoot(), 'core', 'text', 'code-hash.ts');

/** SHA-256 (hex) over the names and texts of all code below `core/text`, and of nothing else, but the file that holds the hash. */
function codeHash(): string {
  const folder = join(projectRoot(), 'core', 'text');
  const hash = createHash('sha256');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.ts') && name !== 'code-hash.ts');
  for (const name of files.sort()) hash.update(`${name}\n${readFileSync(join(folder, name), 'utf8')}\n`);
  return hash.digest('hex');
}

/** The file that holds it. */
export function codeHashFile(): string {
  return `/** SHA-256 over the code of this folder: \`npx tsx scripts/write-code-hash.ts\` writes it, a test compares. */
export const CODE_HASH = '${codeHash()}';
`;
}
