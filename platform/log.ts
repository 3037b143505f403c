import { pino } from 'pino';

export type Logger = pino.Logger;

/**
 * JSON lines on standard output: `{level, time, service, msg, ...}`. `msg` is a stable name such as `service.ready`.
 * Nothing of a patient is ever logged: no names, identifiers, accession numbers, UIDs or text, only case ids (keyed
 * hashes) and error codes. Errors are logged by code, message and stack, without their `cause`, which may hold input.
 */
export function createLogger(service: string, level = 'info'): Logger {
  return pino({
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: describeError },
  });
}

function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: 'not an Error' };
  const code: unknown = 'code' in error ? error.code : undefined;
  return {
    name: error.name,
    ...(code === undefined ? {} : { code }),
    message: error.message,
    stack: error.stack,
  };
}
