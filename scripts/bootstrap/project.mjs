import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** What was downloaded, converted or is remembered between starts; git ignores it. */
export const downloads = join(root, '.interleave');

/** The compiled program. */
export const build = join(root, 'build');
