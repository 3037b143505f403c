import { z } from 'zod';
import { InterleaveError } from '../../core/errors.ts';

/** A TCP port; 0 means any free one. */
export const port = (fallback: number) => z.coerce.number().int().min(0).max(65_535).default(fallback);

export const positiveInt = (fallback: number) => z.coerce.number().int().positive().default(fallback);

export const text = (fallback: string) => z.string().default(fallback);

/** `true`/`false`, `1`/`0`, `yes`/`no`, `on`/`off`. */
export const flag = (fallback: boolean) => z.stringbool().default(fallback);

/** Comma-separated. */
export const list = (fallback: string[]) =>
  z
    .string()
    .transform((value) =>
      value
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== ''),
    )
    .default(fallback);

/** What every service needs to know. */
export const commonConfig = {
  kafkaBrokers: list(['127.0.0.1:19092']),
  elasticsearchUrl: z.url().default('http://127.0.0.1:19200'),
  dataDir: text('.interleave/data'),
  /** false: an acknowledgement does not survive a power cut. For benches only */
  objectStoreSync: flag(true),
  siteFile: text(''),
  siteSecretFile: text(''),
  partitions: z.coerce.number().int().min(1).max(1000).default(8),
  logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error']).default('info'),
  host: text('127.0.0.1'),
  /** a schema registry with the API of Confluent's, in place of the topic of schemas; may hold a user and a password */
  schemaRegistryUrl: z.union([z.literal(''), z.url({ protocol: /^https?$/ })]).default(''),
};

/** Names whose values are never printed. */
const SECRET_NAME = /password|(?:secret|token)(?!File)|apiKey/i;

/**
 * Reads the configuration of one service from the environment: `kafkaBrokers` is `INTERLEAVE_KAFKA_BROKERS`. An empty
 * variable counts as not set. Throws `CONFIG_INVALID` with every problem at once.
 */
export function loadConfig<S extends z.ZodRawShape>(
  shape: S,
  env: Record<string, string | undefined> = process.env,
): Readonly<z.infer<z.ZodObject<S>>> {
  const given = Object.fromEntries(
    Object.keys(shape)
      .map((name) => [name, env[variableName(name)]] as const)
      .filter(([, value]) => value !== undefined && value !== ''),
  );
  const result = z.object(shape).safeParse(given);
  if (result.success) return Object.freeze(result.data);
  const problems = result.error.issues.map(
    (issue) => `${variableName(String(issue.path[0] ?? ''))}: ${issue.message}`,
  );
  throw new InterleaveError('CONFIG_INVALID', problems.join('; '));
}

/** `hl7Port` → `INTERLEAVE_HL7_PORT` */
export function variableName(name: string): string {
  return `INTERLEAVE_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

/** The configuration as it may be shown: secrets redacted. */
export function printableConfig(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(config).map(([name, value]) => [
      variableName(name),
      SECRET_NAME.test(name) && value !== '' ? '(redacted)' : withoutUser(value),
    ]),
  );
}

/** An address without the user and the password that it may hold. */
function withoutUser(value: unknown): unknown {
  if (typeof value !== 'string' || !value.includes('@') || !URL.canParse(value)) return value;
  const url = new URL(value);
  if (url.username === '' && url.password === '') return value;
  url.username = 'redacted';
  url.password = '';
  return url.href;
}
