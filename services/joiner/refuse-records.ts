import { deadLetterRecord } from '../../platform/kafka/dead-letter.ts';
import type { EventProducer } from '../../platform/kafka/producer.ts';
import type { Logger } from '../../platform/process/log.ts';
import type { Joined } from './join-records.ts';
import type { JoinerMetrics } from './metrics.ts';

/** Puts records that no case holds into `radiology.dead-letter.joiner`, durably, so that the others go on. */
export async function refuseRecords(
  refused: Joined['refused'],
  { producer, metrics, log }: { producer: EventProducer; metrics: JoinerMetrics; log: Logger },
): Promise<void> {
  const full = new Map<string, number>();
  await Promise.all(
    refused.map(async ({ record, code }) => {
      await deadLetterRecord(producer, 'joiner', code, record);
      metrics.refused.inc({ code });
      const { topic, partition, offset, key } = record;
      // Its key is the id of its case, or it would not have been merged; a large study gives a thousand of them.
      if (code === 'CASE_FULL') full.set(key, (full.get(key) ?? 0) + 1);
      else log.error({ topic, partition, offset, code }, 'joiner.record.refused');
    }),
  );
  const partition = refused[0]?.record.partition;
  for (const [caseId, records] of full)
    log.error({ partition, caseId, code: 'CASE_FULL', records }, 'joiner.case.full');
}
