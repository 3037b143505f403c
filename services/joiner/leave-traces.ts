import { codeOf } from '../../core/errors.ts';
import { type CaseCorrection, correctionKey, sealedCorrection } from '../../core/radiology/corrections.ts';
import { erasureTraces } from '../../core/radiology/erasure-traces.ts';
import type { EventProducer } from '../../platform/kafka/producer.ts';
import type { Logger } from '../../platform/process/log.ts';
import { events } from '../../schemas/events.ts';
import { TOPICS } from '../../schemas/topics.ts';
import type { ErasedCases } from './erased-cases.ts';
import { MAX_TRACES_OF_RECORD } from './limits.ts';

export interface LeaveTracesOptions {
  secret: Buffer;
  producer: Pick<EventProducer, 'send'>;
  erased: Pick<ErasedCases, 'add' | 'decidedAt'>;
  log: Logger;
}

/**
 * Keeps in the register what is to be known of cases that are erased, durably, before their states end: afterwards nobody
 * knows what they held. Written twice after a crash it stands there once. Of a state that nobody can read no traces are
 * left, which is told.
 */
export async function leaveTraces(
  states: ReadonlyMap<string, Buffer>,
  { secret, producer, erased, log }: LeaveTracesOptions,
): Promise<void> {
  for (const [caseId, state] of states) {
    const records = tracesOf(caseId, state).map((traces) =>
      sealedCorrection(secret, {
        kind: 'ERASED',
        caseId,
        decidedAt: erased.decidedAt(caseId) ?? 0,
        actor: 'joiner',
        reason: '',
        erased: traces,
      }),
    );
    await Promise.all(records.map(send));
    for (const record of records) erased.add(record);
  }

  function tracesOf(caseId: string, state: Buffer): string[][] {
    try {
      const traces = erasureTraces(secret, events.case.decode(state));
      return chunks(traces, MAX_TRACES_OF_RECORD);
    } catch (error) {
      if (codeOf(error) !== 'EVENT_UNREADABLE') throw error;
      log.error({ caseId, code: 'CASE_UNREADABLE' }, 'case.erased.without.traces');
      return [];
    }
  }

  async function send(record: CaseCorrection): Promise<void> {
    const value = events.caseCorrection.encode(record);
    await producer.send(TOPICS.caseCorrection, { key: correctionKey(secret, record), value });
  }
}

function chunks<T>(list: readonly T[], size: number): T[][] {
  const found: T[][] = [];
  for (let start = 0; start < list.length; start += size) found.push(list.slice(start, start + size));
  return found;
}
