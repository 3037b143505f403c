import type { Kafka } from 'kafkajs';
import { codeOf } from '../../../core/errors.ts';
import { correctionKey, sealedCorrection } from '../../../core/radiology/corrections.ts';
import { EventProducer } from '../../../platform/kafka/producer.ts';
import type { PartitionReader } from '../../../platform/kafka/read-partition.ts';
import type { Logger } from '../../../platform/process/log.ts';
import { Metrics } from '../../../platform/process/metrics.ts';
import { events } from '../../../schemas/events.ts';
import { TOPICS } from '../../../schemas/topics.ts';
import { ErasedCases } from '../erased-cases.ts';
import type { Caches } from './caches.ts';

export interface RecoverErasuresOptions {
  kafka: Kafka;
  reader: PartitionReader;
  caches: Caches;
  secret: Buffer;
  log: Logger;
  dryRun: boolean;
}

/**
 * Decides again what the register of corrections has lost: the caches remember every erasure that was carried out. Without
 * the decision, a case that was erased would come back from an older log, or from what its sender repeats. The case ids.
 */
export async function recoverErasures(options: RecoverErasuresOptions): Promise<string[]> {
  const { kafka, reader, caches, secret, log, dryRun } = options;
  const decided = await decidedErasures(reader, secret);
  const lost = [...caches.erased()].filter(([caseId]) => !decided.has(caseId));
  if (!dryRun && lost.length > 0) {
    const producer = await EventProducer.connect(kafka, log, new Metrics('recover'));
    try {
      for (const [caseId, decidedAt] of lost) {
        const correction = sealedCorrection(secret, {
          kind: 'ERASE',
          caseId,
          decidedAt,
          actor: ACTOR,
          reason: REASON,
        });
        const value = events.caseCorrection.encode(correction);
        await producer.send(TOPICS.caseCorrection, { key: correctionKey(secret, correction), value });
      }
    } finally {
      await producer.disconnect();
    }
  }
  return lost.map(([caseId]) => caseId);
}

const ACTOR = 'interleave recover';
const REASON = 'Carried out before Kafka lost the decision; who made it, and why, is lost.';

async function decidedErasures(reader: PartitionReader, secret: Buffer): Promise<ErasedCases> {
  const decided = new ErasedCases(secret);
  const { low, high } = await reader.ends(TOPICS.caseCorrection, 0);
  await reader.read(TOPICS.caseCorrection, 0, low, high, async (records) => {
    for (const { value } of records) {
      try {
        decided.add(events.caseCorrection.decode(value ?? Buffer.alloc(0)));
      } catch (error) {
        if (codeOf(error) !== 'EVENT_UNREADABLE') throw error;
      }
    }
  });
  return decided;
}
