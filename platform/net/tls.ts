import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { SecureContextOptions } from 'node:tls';
import { z } from 'zod';
import { InterleaveError } from '../../core/errors.ts';
import { text, variableName } from '../process/config.ts';

/**
 * The TLS settings of a machine, the same for every door (MLLP and DIMSE) and for what it sends: spread them into a
 * service's configuration. All files are PEM.
 */
export const tlsSettings = {
  /** our certificate, behind it those that lead to its authority */
  tlsCertFile: text(''),
  /** its private key, not encrypted */
  tlsKeyFile: text(''),
  /** the authorities that a peer's certificate must come from; '' for those that Node knows (client side only) */
  tlsCaFile: text(''),
  /** what a listener asks of those who call: nothing, or a certificate of `tlsCaFile` (IHE ATNA node authentication) */
  tlsClientCertificates: z.enum(['none', 'required']).default('none'),
};

export type TlsFile = 'tlsCertFile' | 'tlsKeyFile' | 'tlsCaFile';

export type TlsSettings = z.infer<z.ZodObject<typeof tlsSettings>>;

/** What a listener needs to speak TLS. */
export interface ServerTls extends SecureContextOptions {
  requestCert: boolean;
  rejectUnauthorized: boolean;
}

/** What a sender needs to speak TLS; without `ca` the authorities that Node knows are trusted. */
export type ClientTls = SecureContextOptions;

/**
 * TLS 1.2 and 1.3 with forward secrecy and authenticated encryption only: the "BCP 195 RFC 8996" profile of DICOM
 * PS3.15 B.9, as far as OpenSSL has it by default.
 */
const PROFILE: SecureContextOptions = {
  minVersion: 'TLSv1.2',
  ciphers: [
    'TLS_AES_256_GCM_SHA384',
    'TLS_CHACHA20_POLY1305_SHA256',
    'TLS_AES_128_GCM_SHA256',
    'ECDHE-ECDSA-AES256-GCM-SHA384',
    'ECDHE-RSA-AES256-GCM-SHA384',
    'ECDHE-ECDSA-AES128-GCM-SHA256',
    'ECDHE-RSA-AES128-GCM-SHA256',
    'DHE-RSA-AES256-GCM-SHA384',
    'DHE-RSA-AES128-GCM-SHA256',
  ].join(':'),
  dhparam: 'auto',
};

/** Reads and checks what a listener needs. Throws `CONFIG_INVALID` with the variable and what is wrong with it. */
export async function serverTls(settings: TlsSettings): Promise<ServerTls> {
  return readServerTls(settings).catch((error: unknown) => {
    throw error instanceof TlsFileError ? error.named(variableName) : error;
  });
}

async function readServerTls(settings: TlsSettings): Promise<ServerTls> {
  const required = settings.tlsClientCertificates === 'required';
  if (settings.tlsCertFile === '') throw invalid('tlsCertFile', 'is needed for TLS');
  if (required && settings.tlsCaFile === '')
    throw invalid('tlsCaFile', 'is needed where client certificates are required');
  return {
    ...PROFILE,
    ...(await ownCertificate(settings)),
    ...(settings.tlsCaFile === '' ? {} : { ca: await authorities(settings.tlsCaFile) }),
    requestCert: required,
    rejectUnauthorized: required,
  };
}

/**
 * The same for a sender; every file may be left out. A certificate is shown to a receiver that asks for one. `nameOf`
 * names a setting where it does not come from the environment.
 */
export async function clientTls(
  settings: Pick<TlsSettings, TlsFile>,
  nameOf: (setting: TlsFile) => string = variableName,
): Promise<ClientTls> {
  return readClientTls(settings).catch((error: unknown) => {
    throw error instanceof TlsFileError ? error.named(nameOf) : error;
  });
}

async function readClientTls(settings: Pick<TlsSettings, TlsFile>): Promise<ClientTls> {
  const hasOwn = settings.tlsCertFile !== '' || settings.tlsKeyFile !== '';
  return {
    ...PROFILE,
    ...(hasOwn ? await ownCertificate(settings) : {}),
    ...(settings.tlsCaFile === '' ? {} : { ca: await authorities(settings.tlsCaFile) }),
  };
}

async function ownCertificate({
  tlsCertFile,
  tlsKeyFile,
}: Pick<TlsSettings, 'tlsCertFile' | 'tlsKeyFile'>): Promise<{ cert: string; key: string }> {
  if (tlsCertFile === '') throw invalid('tlsCertFile', 'is needed beside the key');
  if (tlsKeyFile === '') throw invalid('tlsKeyFile', 'is needed beside the certificate');
  const cert = await readPem('tlsCertFile', tlsCertFile);
  const [own] = certificates('tlsCertFile', cert);
  const key = await readPem('tlsKeyFile', tlsKeyFile);
  if (!own?.checkPrivateKey(privateKey(key)))
    throw invalid('tlsKeyFile', 'does not belong to the certificate');
  const now = Date.now();
  if (Date.parse(own.validTo) < now) throw invalid('tlsCertFile', `has expired (${own.validTo})`);
  if (Date.parse(own.validFrom) > now) throw invalid('tlsCertFile', `is not valid before ${own.validFrom}`);
  return { cert, key };
}

/** Each as a text of its own: of several in one text OpenSSL takes all, but says nothing about one that is broken. */
async function authorities(file: string): Promise<string[]> {
  return certificates('tlsCaFile', await readPem('tlsCaFile', file)).map(String);
}

function certificates(setting: TlsFile, pem: string): X509Certificate[] {
  const found = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  if (found.length === 0) throw invalid(setting, 'holds no PEM certificate');
  try {
    return found.map((one) => new X509Certificate(one));
  } catch (cause) {
    throw invalid(setting, 'holds a certificate that cannot be read', cause);
  }
}

function privateKey(pem: string): KeyObject {
  if (pem.includes('ENCRYPTED')) throw invalid('tlsKeyFile', 'is encrypted');
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    throw invalid('tlsKeyFile', 'holds no PEM private key', cause);
  }
}

async function readPem(setting: TlsFile, file: string): Promise<string> {
  return readFile(file, 'latin1').catch((cause: NodeJS.ErrnoException) => {
    throw invalid(setting, `cannot be read (${cause.code ?? 'unknown reason'})`, cause);
  });
}

function invalid(setting: TlsFile, what: string, cause?: unknown): TlsFileError {
  return new TlsFileError(setting, what, cause);
}

/** What is wrong with a file, before it is known what the one who gave it calls it. */
class TlsFileError extends Error {
  readonly #setting: TlsFile;

  constructor(setting: TlsFile, what: string, cause: unknown) {
    super(what, { cause });
    this.#setting = setting;
  }

  named(nameOf: (setting: TlsFile) => string): InterleaveError {
    return new InterleaveError('CONFIG_INVALID', `${nameOf(this.#setting)} ${this.message}.`, {
      cause: this.cause,
    });
  }
}
