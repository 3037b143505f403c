import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What a group or others may do something with, below a data folder and with the folder itself: `0644 joiner/1/cases.mdb`.
 * Sockets, pipes and devices count; of links only what they point to does.
 */
export function openToOthers(dataDir: string): string[] {
  const names = ['.', ...readdirSync(dataDir, { recursive: true }).map(String)];
  return names.flatMap((name) => {
    const entry = lstatSync(join(dataDir, name), { throwIfNoEntry: false });
    if (entry === undefined || entry.isSymbolicLink() || (entry.mode & 0o077) === 0) return [];
    return [`${(entry.mode & 0o7777).toString(8).padStart(4, '0')} ${name}`];
  });
}

/** The one right that is left: where root starts us, Elasticsearch is another user, who passes through the data folder. */
export const LEFT_OPEN: readonly string[] = process.getuid?.() === 0 ? ['0711 .'] : [];
