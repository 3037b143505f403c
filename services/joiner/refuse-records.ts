import { deadLetterRecord } from '../../platform/kafka/dead-letter.ts';
import type { EventProducer } from '../../platform/kafka/producer.ts';
import type { Logger } from '../../platform/log.ts';
import type { Joined } from './join-records.ts';
import type { JoinerMetrics } from './metrics.ts';

/** Puts records that no case holds into `radiology.dead-letter.joiner`, durably, so that the others go on. */
export async function refuseRecords(
  refused: Joined['refused'],
  { producer, metrics, log }: { producer: EventProducer; metrics: JoinerMetrics; log: Logger },
): Promise<void> {
  await Promise.all(
    refused.map(async ({ record, code }) => {
      await deadLetterRecord(producer, 'joiner', code, record);
      const { topic, partition, offset } = record;
      // Whoever can write to a topic can write any key, but only the key of its case gets a record as far as this.
      const caseId = code === 'CASE_FULL' ? record.key : undefined;
      log.error({ topic, partition, offset, code, caseId }, 'joiner.record.refused');
      metrics.refused.inc({ code });
    }),
  );
}
