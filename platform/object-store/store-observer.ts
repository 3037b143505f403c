import type { ErrorCode } from '../../core/errors.ts';
import type { Logger } from '../process/log.ts';
import type { Metrics } from '../process/metrics.ts';

/** An object that was confirmed, and that the disk does not give back. Case ids are keyed hashes. */
export interface DamagedObject {
  /** '' and none where not even its name can be read */
  sha256: string;
  caseIds: string[];
  /** the file in `.journal`, later in `.set-aside`, and where in it the object stands */
  segment: string;
  at: number;
  length: number;
  /** `SHA256`: other bytes came back than were written; else the code of the operating system's error */
  why: string;
  /** nothing stands behind it: perhaps it was never confirmed, but being written as the power was cut */
  last: boolean;
}

/** What a store says to those who run it; nothing of a patient. */
export interface StoreObserver {
  damaged(object: DamagedObject): void;
  /** It is tried again, or done at the next start. */
  delayed(step: 'file' | 'sync', code: ErrorCode): void;
}

export function storeObserver({ log, metrics }: { log: Logger; metrics: Metrics }): StoreObserver {
  const damaged = metrics.counter(
    'interleave_objects_damaged_total',
    'Confirmed objects that cannot be read',
  );
  const delayed = metrics.counter('interleave_objects_delayed_total', 'Steps of the object store put off', [
    'step',
  ]);
  return {
    damaged(object) {
      damaged.inc();
      log.error({ code: 'OBJECT_DAMAGED' satisfies ErrorCode, ...object }, 'object-store.damaged');
    },
    delayed(step, code) {
      delayed.inc({ step });
      log.warn({ code, step }, 'object-store.delayed');
    },
  };
}

export const NO_OBSERVER: StoreObserver = { damaged: () => undefined, delayed: () => undefined };
