import { csvCommand } from './csv/csv-command.ts';
import { dicomwebCommand } from './dicomweb/dicomweb-command.ts';
import { folderCommand } from './folder/folder-command.ts';
import type { ImportCommand } from './import-command.ts';
import { pacsCommand } from './pacs/pacs-command.ts';

/** Every way in which an archive comes, in the order of `--help`. */
export const IMPORT_COMMANDS: readonly ImportCommand[] = [
  folderCommand,
  csvCommand,
  pacsCommand,
  dicomwebCommand,
];
