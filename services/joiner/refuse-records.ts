import { deadLetterRecord } from '../../platform/kafka/dead-letter.ts';
import type { EventProducer } from '../../platform/kafka/producer.ts';
import type { Logger } from '../../platform/log.ts';
import type { Joined } from './join-records.ts';
import type { JoinerMetrics } from './metrics.ts';

/** Puts records that can never be merged into `radiology.dead-letter.joiner`, durably, so that the others go on. */
export async function refuseRecords(
  refused: Joined['refused'],
  { producer, metrics, log }: { producer: EventProducer; metrics: JoinerMetrics; log: Logger },
): Promise<void> {
  await Promise.all(
    refused.map(async ({ record, code }) => {
      await deadLetterRecord(producer, 'joiner', code, record);
      const { topic, partition, offset } = record;
      log.error({ topic, partition, offset, code }, 'joiner.record.refused');
      metrics.refused.inc({ code });
    }),
  );
}
