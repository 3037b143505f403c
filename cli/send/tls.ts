import { InterleaveError } from '../../core/errors.ts';
import { type ClientTls, clientTls, type TlsFile } from '../../platform/net/tls.ts';
import type { OptionTable, VerbInput } from '../verb.ts';

/** For the help of a verb that sends. */
export const TLS_HELP = `\
  --tls              speak TLS; the receiver's certificate must come from a known authority and name its host
  --tls-ca FILE      the authorities that are known (PEM; default: those that Node knows)
  --tls-cert FILE    our certificate (PEM), for a receiver that asks for one
  --tls-key FILE     its key (PEM)`;

export const TLS_OPTIONS = {
  tls: { type: 'boolean', default: false },
  'tls-ca': { type: 'string' },
  'tls-cert': { type: 'string' },
  'tls-key': { type: 'string' },
} satisfies OptionTable;

const OPTION_OF: Record<TlsFile, string> = {
  tlsCaFile: 'tls-ca',
  tlsCertFile: 'tls-cert',
  tlsKeyFile: 'tls-key',
};

/** What the options say about TLS; null for plain TCP. Throws `USAGE`, and `CONFIG_INVALID` with the option's name. */
export async function tlsOf(input: VerbInput): Promise<ClientTls | null> {
  const file = (setting: TlsFile) => input.text(OPTION_OF[setting]) ?? '';
  const files = {
    tlsCaFile: file('tlsCaFile'),
    tlsCertFile: file('tlsCertFile'),
    tlsKeyFile: file('tlsKeyFile'),
  };
  if (input.flag('tls')) return clientTls(files, (setting) => `--${OPTION_OF[setting]}`);
  if (Object.values(files).some((one) => one !== ''))
    throw new InterleaveError('USAGE', 'Say --tls, too, where a certificate is given.');
  return null;
}
