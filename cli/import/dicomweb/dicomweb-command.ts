import { HttpSource } from '../../../clients/http-source.ts';
import { InterleaveError } from '../../../core/errors.ts';
import type { VerbInput } from '../../verb.ts';
import { ArchiveSource } from '../archive/archive-source.ts';
import { ARCHIVE_OPTIONS, archiveChoice, archiveTls } from '../archive/options.ts';
import type { ImportCommand } from '../import-command.ts';
import { authorizationOf, readAuthorization } from './authorization.ts';
import { DicomwebArchive } from './dicomweb-archive.ts';

/** Read where no file is named; the setting is known to `platform/process/known-variables.ts`. */
const TOKEN_VARIABLE = 'INTERLEAVE_DICOMWEB_TOKEN';

export const dicomwebCommand: ImportCommand = {
  name: 'dicomweb',
  usage: 'dicomweb URL [options]',
  about: `the images of a DICOMweb server, by QIDO-RS and WADO-RS: URL is what /studies stands behind`,
  optionHelp: `\
  --token-file FILE      its token (mode 0600), sent as a bearer; a file that begins with Basic or Bearer is sent as it is.
                         It is read for each request, so it may be renewed. Without it: ${TOKEN_VARIABLE}
  --archive-tls-ca FILE, --archive-tls-cert FILE, --archive-tls-key FILE   as --tls-ca, --tls-cert and --tls-key
  and --from, --to, --modality, --only, --key-modalities, --small-series as for \`import pacs\``,
  options: { ...ARCHIVE_OPTIONS, 'token-file': { type: 'string' } },
  canRunDry: true,
  async open(input, words) {
    const [address, ...more] = words;
    if (address === undefined || more.length > 0)
      throw new InterleaveError('USAGE', 'Say which server: `interleave import dicomweb URL`.');
    return new ArchiveSource(new DicomwebArchive(await sourceOf(address, input)), archiveChoice(input));
  },
};

async function sourceOf(address: string, input: VerbInput): Promise<HttpSource> {
  const base = baseOf(address);
  const file = input.text('token-file');
  const token = process.env[TOKEN_VARIABLE] ?? '';
  const authorization = async () => {
    if (file !== undefined) return readAuthorization(file);
    return token === '' ? null : authorizationOf(token, TOKEN_VARIABLE);
  };
  // What is wrong with the token is said before anything is asked.
  if ((await authorization()) !== null && base.protocol === 'http:' && !isLoopback(base.hostname))
    throw new InterleaveError('USAGE', 'A token is sent by https only, or to this machine.');
  return new HttpSource({ base, authorization, tls: await archiveTls(input) });
}

/** Throws `USAGE`. What is secret does not stand on a command line, which others see. */
function baseOf(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    throw new InterleaveError('USAGE', 'The server must be named as https://HOST/PATH.');
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    throw new InterleaveError(
      'USAGE',
      'The address takes no name, password, query or fragment: use --token-file.',
    );
  return url;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127\.[0-9.]+$/.test(host);
}
