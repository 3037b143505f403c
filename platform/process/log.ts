import { pino } from 'pino';
import { InterleaveError } from '../../core/errors.ts';
import { LogOutput } from './log-output.ts';

export type Logger = pino.Logger;

/**
 * JSON lines on standard output: `{level, time, service, msg, ...}`. `msg` is a stable name such as `service.ready`.
 * Nothing of a patient is ever logged: no names, identifiers, accession numbers, UIDs or text, only case ids (keyed
 * hashes) and error codes. Errors are logged by code, message and stack, without their `cause`, which may hold input;
 * errors of others without their message, which may quote it (`JSON.parse`, Elasticsearch, avsc do).
 */
export function createLogger(service: string, level = 'info', to?: pino.DestinationStream): Logger {
  const options: pino.LoggerOptions = {
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: describeError },
  };
  return pino(options, to ?? new LogOutput(STANDARD_OUTPUT));
}

const STANDARD_OUTPUT = 1;

function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: 'not an Error' };
  const code: unknown = 'code' in error ? error.code : undefined;
  return {
    name: error.name,
    ...(code === undefined ? {} : { code }),
    ...(saysNothingOfInput(error) ? { message: error.message } : {}),
    stack: framesOf(error),
  };
}

/** Errors of ours, of kafkajs, of the operating system and of the module loader: names, addresses and files. */
function saysNothingOfInput(error: Error): boolean {
  if (error instanceof InterleaveError || error.name.startsWith('KafkaJS')) return true;
  return 'syscall' in error || ('code' in error && error.code === 'ERR_MODULE_NOT_FOUND');
}

/** Where it was thrown: a stack begins with the message, which may have many lines. */
function framesOf(error: Error): string[] {
  return (error.stack ?? '')
    .replace(error.message, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('at '));
}
