import { InterleaveError } from '../../../core/errors.ts';
import { MAX_PORT } from '../../limits.ts';
import { numberOption, type VerbInput } from '../../verb.ts';
import { ArchiveSource } from '../archive/archive-source.ts';
import {
  ARCHIVE_HELP,
  ARCHIVE_OPTIONS,
  archiveChoice,
  archiveTls,
  namesTlsFile,
} from '../archive/options.ts';
import type { ImportCommand } from '../import-command.ts';
import type { GatewayTargets } from '../targets.ts';
import { PacsArchive } from './pacs-archive.ts';

export const pacsCommand: ImportCommand = {
  name: 'pacs',
  usage: 'pacs --host HOST --port PORT --pacs-title AE (--get | --move-to AE) [options]',
  about: `the images of a PACS: it is asked by C-FIND, study after study from the first day to the last, and sends by C-GET to
             us or by C-MOVE to the gateway. docs/operations.md says what has to be set there`,
  optionHelp: `\
  --host HOST --port N   where the PACS listens
  --pacs-title AE        its AE title; ours is that of --calling
  --get                  the PACS sends to us, on our connection (C-GET)
  --move-to AE           the PACS sends to the gateway, which it knows by this AE title (C-MOVE)
  --archive-tls          speak TLS with the PACS
  --archive-tls-ca FILE, --archive-tls-cert FILE, --archive-tls-key FILE   as --tls-ca, --tls-cert and --tls-key
${ARCHIVE_HELP}`,
  options: {
    ...ARCHIVE_OPTIONS,
    host: { type: 'string' },
    port: { type: 'string' },
    'pacs-title': { type: 'string' },
    get: { type: 'boolean' },
    'move-to': { type: 'string' },
    'archive-tls': { type: 'boolean' },
  },
  canRunDry: false,
  async open(input, words, targets) {
    if (words.length > 0) throw new InterleaveError('USAGE', '`interleave import pacs` takes options only.');
    return new ArchiveSource(await pacsOf(input, targets), archiveChoice(input));
  },
};

async function pacsOf(input: VerbInput, { dicom, tls }: GatewayTargets): Promise<PacsArchive> {
  const host = input.text('host');
  const port = numberOption(input, 'port', { min: 1, max: MAX_PORT, integer: true });
  if (host === undefined || port === undefined)
    throw new InterleaveError('USAGE', 'Say where the PACS is: --host HOST --port PORT.');
  const calledAeTitle = titleOption(input, 'pacs-title');
  if (calledAeTitle === null)
    throw new InterleaveError('USAGE', 'Say how the PACS is called: --pacs-title AE.');
  const moveTo = titleOption(input, 'move-to');
  if (input.flag('get') === (moveTo !== null))
    throw new InterleaveError('USAGE', 'Say how the PACS is to send: --get, or --move-to AE.');
  if (namesTlsFile(input) && !input.flag('archive-tls'))
    throw new InterleaveError('USAGE', 'Say --archive-tls, too, where a certificate is given.');
  return new PacsArchive({
    host,
    port,
    tls: input.flag('archive-tls') ? await archiveTls(input) : null,
    calledAeTitle,
    callingAeTitle: dicom.callingAeTitle,
    moveTo,
    gateway: { ...dicom, tls },
  });
}

/** PS3.5 6.2: 1 to 16 characters of ASCII, no backslash. */
function titleOption(input: VerbInput, name: 'pacs-title' | 'move-to'): string | null {
  const title = input.text(name)?.trim();
  if (title === undefined) return null;
  if (!/^[\x20-\x5b\x5d-\x7e]{1,16}$/.test(title))
    throw new InterleaveError('USAGE', `--${name} must have 1 to 16 characters.`);
  return title;
}
