import { stat } from 'node:fs/promises';
import { InterleaveError } from '../../../core/errors.ts';
import type { ImportCommand } from '../import-command.ts';
import { FolderSource } from './folder-source.ts';

export const folderCommand: ImportCommand = {
  name: 'folder',
  usage: 'folder PATH... [options]',
  about:
    'files with HL7 messages (one, several, a batch) and DICOM objects, told by what is in them, at any depth',
  optionHelp: '',
  options: {},
  canRunDry: true,
  async open(_input, paths) {
    if (paths.length === 0)
      throw new InterleaveError('USAGE', 'Say which folder: `interleave import folder PATH…`.');
    for (const path of paths)
      await stat(path).catch((cause: unknown) => {
        throw new InterleaveError('USAGE', `There is no folder or file ${path}.`, { cause });
      });
    return new FolderSource(paths);
  },
};
