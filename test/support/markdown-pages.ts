import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { projectRoot } from '../../platform/process/project-root.ts';

/** All pages of the project, by their path from its root: without what is installed, built or only linked into it. */
export function markdownPages(folder: string = projectRoot()): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !entry.name.startsWith('.') && !NOT_OURS.has(entry.name))
      return markdownPages(path);
    return entry.isFile() && entry.name.endsWith('.md') ? [relative(projectRoot(), path)] : [];
  });
}

const NOT_OURS = new Set(['node_modules', 'build', 'dist', 'shared']);
