import type { Kafka } from 'kafkajs';
import { codeOf } from '../../core/errors.ts';
import { RejectedImages, rejectionKey } from '../../core/radiology/rejections.ts';
import type { FetchedRecord } from '../../platform/kafka/fetched-records.ts';
import { RegisterReader } from '../../platform/kafka/register-reader.ts';
import type { Schemas } from '../../platform/kafka/schemas.ts';
import type { ServiceContext } from '../../platform/process/lifecycle.ts';
import { events } from '../../schemas/events.ts';
import { TOPICS } from '../../schemas/topics.ts';
import { ErasedCases } from './erased-cases.ts';

export interface DecisionOptions {
  kafka: Kafka;
  schemas: Schemas;
  /** called while the schema of a decision is waited for */
  waiting(): void;
  context: ServiceContext;
  secret: Buffer;
  /** SOP Instance UIDs that were not rejected before */
  rejected(uids: readonly string[]): void;
  /** cases whose erasure was decided */
  erased(caseIds: readonly string[]): void;
}

/** What is decided outside of the inputs: the registers of rejected objects and of corrections, followed to their end. */
export interface Decisions {
  rejected: RejectedImages;
  erased: ErasedCases;
  /** resolves when both are read to the end that they had at the start */
  whole(): Promise<unknown>;
  stop(): Promise<void>;
}

export function followDecisions({
  kafka,
  schemas,
  waiting,
  context,
  secret,
  ...told
}: DecisionOptions): Decisions {
  const { log, metrics, ready, fail } = context;
  const rejected = new RejectedImages();
  const erased = new ErasedCases(secret);
  const follow = (topic: string, apply: (records: readonly FetchedRecord[]) => number) =>
    new RegisterReader({ kafka, topic, apply, schemas, waiting, log, metrics, ready, fail });

  const rejections = follow(TOPICS.imageRejected, (records) => {
    const uids: string[] = [];
    for (const { key, value, offset } of records)
      read(TOPICS.imageRejected, offset, () => {
        const rejection = events.imageRejected.decode(value ?? Buffer.alloc(0));
        if (key !== rejectionKey(secret, rejection)) return false;
        if (rejected.add(rejection, offset)) uids.push(rejection.sopInstanceUid);
        return true;
      });
    if (uids.length > 0) told.rejected(uids);
    return rejected.size;
  });
  const corrections = follow(TOPICS.caseCorrection, (records) => {
    const caseIds: string[] = [];
    for (const { value, offset } of records)
      read(TOPICS.caseCorrection, offset, () => {
        const correction = events.caseCorrection.decode(value ?? Buffer.alloc(0));
        if (!erased.add(correction)) return false;
        if (correction.kind === 'ERASE') caseIds.push(correction.caseId);
        return true;
      });
    if (caseIds.length > 0) told.erased(caseIds);
    return erased.size;
  });

  /** A record that is none, or has not been made with our secret, decides nothing. It is told, and the others go on. */
  function read(topic: string, offset: number, take: () => boolean): void {
    let taken = false;
    try {
      taken = take();
    } catch (error) {
      if (codeOf(error) !== 'EVENT_UNREADABLE') throw error;
    }
    if (!taken) log.error({ topic, offset, code: 'EVENT_UNREADABLE' }, 'register.record.passed.over');
  }

  return {
    rejected,
    erased,
    whole: () => Promise.all([rejections.whole(), corrections.whole()]),
    stop: async () => {
      await Promise.all([rejections.stop(), corrections.stop()]);
    },
  };
}
