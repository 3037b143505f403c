import { codeOf } from '../core/errors.ts';
import type { Case } from '../core/radiology/events.ts';
import type { ConsumedRecord } from '../platform/kafka/consumer.ts';
import type { Logger } from '../platform/process/log.ts';
import { events } from './events.ts';

/**
 * The state of a case, for whoever works on what is stored. Null where the case is erased, and where the state cannot be read, which is
 * the joiner's to tell. Throws `SCHEMA_UNKNOWN` where a newer build wrote it.
 */
export function storedCase({ value, partition, offset }: ConsumedRecord, log: Logger): Case | null {
  if (value === null) return null;
  try {
    return events.case.decode(value);
  } catch (error) {
    if (codeOf(error) === 'SCHEMA_UNKNOWN') throw error;
    log.warn({ code: codeOf(error), partition, offset }, 'stored.case.unreadable');
    return null;
  }
}
