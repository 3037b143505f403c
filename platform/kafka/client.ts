import { type ISocketFactory, Kafka, type LogEntry, logLevel } from 'kafkajs';
import type { Logger } from '../process/log.ts';

/** A request that the broker has not answered after this long has failed. */
export const REQUEST_TIMEOUT_MS = 5_000;

export interface KafkaClientOptions {
  /** instead of `REQUEST_TIMEOUT_MS`, for callers with nobody waiting for them */
  requestTimeoutMs?: number;
  socketFactory?: ISocketFactory;
}

/**
 * kafkajs with our settings. It retries quickly at first (300 ms, its default, makes transactions crawl) and logs
 * through our logger, where states that it retries by itself are no errors.
 */
export function createKafka(
  brokers: string[],
  clientId: string,
  log: Logger,
  { requestTimeoutMs = REQUEST_TIMEOUT_MS, socketFactory }: KafkaClientOptions = {},
): Kafka {
  return new Kafka({
    brokers,
    clientId,
    connectionTimeout: 3_000,
    requestTimeout: requestTimeoutMs,
    enforceRequestTimeout: true,
    retry: { initialRetryTime: 5, maxRetryTime: 1_000, multiplier: 2, retries: 10 },
    ...(socketFactory === undefined ? {} : { socketFactory }),
    logLevel: logLevel.WARN,
    logCreator: () => (entry) => writeLog(log, entry),
  });
}

function writeLog(log: Logger, { namespace, level, log: entry }: LogEntry): void {
  const fields = { client: namespace, ...('retriable' in entry ? { retriable: entry['retriable'] } : {}) };
  const message = withoutReason(entry.message);
  if (level === logLevel.ERROR && !isTransient(entry.message, entry['error'])) log.warn(fields, message);
  else log.debug(fields, message);
}

/** `Crash: TypeError: …` quotes what a handler threw, which may quote a record. */
function withoutReason(message: string): string {
  return message.startsWith('Crash: ') ? message.split(': ').slice(0, 2).join(': ') : message;
}

/** Group and coordinator states that kafkajs reports as errors although it handles them. */
function isTransient(message: string, error: unknown): boolean {
  const words = `${message} ${typeof error === 'string' ? error : ''}`;
  return /rebalanc|coordinator|not the leader|concurrent (transaction|operation on the same transaction)|Connection (error|timeout)|closed connection/i.test(
    words,
  );
}
