import type { LeftOut } from '../../core/radiology/left-out.ts';
import type { ConsumedRecord } from '../../platform/kafka/consumer.ts';
import { events } from '../../schemas/events.ts';
import { TOPICS } from '../../schemas/topics.ts';

/** Stands for the place of a record that was made here: none on its topic. */
export const NO_OFFSET = -1;

/**
 * What a merge left out, as records to be kept in dead letters: the one that arrived as it came, and what had to make
 * room for it written anew from the case. Each of them would bring its report or object in again, if sent to a case with
 * room.
 */
export function leftOutRecords(arrived: ConsumedRecord, leftOut: LeftOut): ConsumedRecord[] {
  const anew = (topic: string, value: Buffer, timestamp: number): ConsumedRecord => ({
    ...arrived,
    topic,
    value,
    timestamp,
    offset: NO_OFFSET,
    headers: {},
  });
  return [
    ...(leftOut.arrived ? [arrived] : []),
    ...leftOut.reports.map((report) =>
      anew(TOPICS.reportLabeled, events.reportLabeled.encode(report), report.received.receivedAt),
    ),
    ...leftOut.images.map((image) =>
      anew(TOPICS.imageEmbedded, events.imageEmbedded.encode(image), image.received.receivedAt),
    ),
  ];
}
