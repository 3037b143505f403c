import { DEFAULT_KEY_IMAGE_RULE } from '../../../core/dicom/key-image.ts';
import { InterleaveError } from '../../../core/errors.ts';
import { type ClientTls, clientTls, type TlsFile } from '../../../platform/net/tls.ts';
import { numberOption, type OptionTable, type VerbInput } from '../../verb.ts';
import type { ArchiveChoice } from './archive-source.ts';

/** What a PACS and a DICOMweb server have in common on the command line. */
export const ARCHIVE_OPTIONS = {
  from: { type: 'string' },
  to: { type: 'string' },
  modality: { type: 'string' },
  only: { type: 'string' },
  'key-modalities': { type: 'string' },
  'small-series': { type: 'string' },
  'archive-tls-ca': { type: 'string' },
  'archive-tls-cert': { type: 'string' },
  'archive-tls-key': { type: 'string' },
} satisfies OptionTable;

export const ARCHIVE_HELP = `\
  --from DAY --to DAY    study dates, e.g. 2015-01-01 (default: from 1970-01-01 on). A study without a date is
                         never found
  --modality CT,MR       studies that hold one of these modalities
  --only all|key-images  all objects (default), or of each study: key object selections and presentation states, what they
                         name, secondary captures, and whole series of the modalities and sizes that follow
  --key-modalities LIST  (default ${DEFAULT_KEY_IMAGE_RULE.modalities.join(',')}; INTERLEAVE_KEY_IMAGE_MODALITIES)
  --small-series N       series of at most N objects (default ${DEFAULT_KEY_IMAGE_RULE.seriesMaximum}; INTERLEAVE_KEY_IMAGE_SERIES_MAXIMUM)`;

const FIRST_DAY = '19700101';
const MAX_SMALL_SERIES = 10_000;

/** Throws `USAGE`. */
export function archiveChoice(
  input: VerbInput,
  env: Readonly<Record<string, string | undefined>> = process.env,
  now: Date = new Date(),
): ArchiveChoice {
  const from = dayOption(input, 'from') ?? FIRST_DAY;
  // Where the archive is, it may be tomorrow.
  const to = dayOption(input, 'to') ?? dayOf(new Date(now.getTime() + 86_400_000));
  if (from > to) throw new InterleaveError('USAGE', '--from is after --to.');
  return { from, to, modalities: listOf(input.text('modality')), keyImages: keyImagesOf(input, env) };
}

/** TLS with the archive; that with the gateways is another matter. */
export function archiveTls(input: VerbInput): Promise<ClientTls> {
  const file = (setting: TlsFile) => input.text(TLS_OPTION[setting]) ?? '';
  return clientTls(
    {
      tlsCaFile: file('tlsCaFile'),
      tlsCertFile: file('tlsCertFile'),
      tlsKeyFile: file('tlsKeyFile'),
    },
    (setting) => `--${TLS_OPTION[setting]}`,
  );
}

export function namesTlsFile(input: VerbInput): boolean {
  return Object.values(TLS_OPTION).some((option) => input.text(option) !== undefined);
}

const TLS_OPTION = {
  tlsCaFile: 'archive-tls-ca',
  tlsCertFile: 'archive-tls-cert',
  tlsKeyFile: 'archive-tls-key',
} as const satisfies Record<TlsFile, string>;

/** What the gateway embeds, where its settings are ours, too. */
function keyImagesOf(
  input: VerbInput,
  env: Readonly<Record<string, string | undefined>>,
): ArchiveChoice['keyImages'] {
  const only = input.text('only') ?? 'all';
  if (only !== 'all' && only !== 'key-images')
    throw new InterleaveError('USAGE', '--only must be all or key-images.');
  const modalities = input.text('key-modalities') ?? env['INTERLEAVE_KEY_IMAGE_MODALITIES'];
  const small = numberOption(input, 'small-series', { min: 0, max: MAX_SMALL_SERIES, integer: true });
  const seriesMaximum = small ?? Number(env['INTERLEAVE_KEY_IMAGE_SERIES_MAXIMUM'] ?? 0);
  if (only === 'all') return null;
  return {
    ...DEFAULT_KEY_IMAGE_RULE,
    modalities: modalities === undefined ? DEFAULT_KEY_IMAGE_RULE.modalities : listOf(modalities),
    seriesMaximum: Number.isInteger(seriesMaximum) ? seriesMaximum : 0,
  };
}

function listOf(text = ''): string[] {
  return text
    .split(',')
    .map((one) => one.trim().toUpperCase())
    .filter((one) => one !== '');
}

/** YYYYMMDD, from that or from YYYY-MM-DD. */
function dayOption(input: VerbInput, name: 'from' | 'to'): string | undefined {
  const text = input.text(name);
  if (text === undefined) return undefined;
  const match = /^(\d{4})-?(\d{2})-?(\d{2})$/.exec(text);
  const [, year, month, day] = match ?? [];
  const date = new Date(`${year}-${month}-${day}T00:00:00Z`);
  if (Number.isNaN(date.getTime()) || dayOf(date) !== `${year}${month}${day}`)
    throw new InterleaveError('USAGE', `--${name} must be a day, e.g. 2015-01-31.`);
  return dayOf(date);
}

function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10).replaceAll('-', '');
}
