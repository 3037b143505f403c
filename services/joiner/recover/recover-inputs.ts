import type { Kafka } from 'kafkajs';
import { readMark } from '../../../platform/kafka/input-gate.ts';
import { whyWentBack } from '../../../platform/kafka/log-mark.ts';
import type { PartitionReader } from '../../../platform/kafka/read-partition.ts';
import { withAdmin } from '../../../platform/kafka/topics.ts';
import { TOPICS } from '../../../schemas/topics.ts';
import { PartitionProducer } from '../partition-producer.ts';

/** A topic whose events become cases, and the groups that read it. */
export interface InputTopic {
  topic: string;
  groupId: string;
}

export interface RecoverInputsOptions {
  kafka: Kafka;
  reader: PartitionReader;
  partitions: number;
  inputs: readonly InputTopic[];
  /** partitions of `radiology.case` that went back: their inputs are merged again */
  wentBack: ReadonlySet<number>;
  /** the offset behind the highest that a case names of a topic */
  behindCases(topic: string, partition: number): number;
  dryRun: boolean;
}

/** Where each input partition is read from, by `<topic>/<partition>`; and those that went back. */
export interface RecoveredInputs {
  from: Map<string, number>;
  wentBack: { topic: string; partition: number }[];
}

/**
 * Sets groups back to the beginning of what they must read again, and makes topics that went back as long as they were:
 * the order of receipt that cases remember is one of offsets. Repeats are harmless.
 */
export async function recoverInputs(options: RecoverInputsOptions): Promise<RecoveredInputs> {
  const { reader, inputs, partitions, dryRun } = options;
  const found: RecoveredInputs = { from: new Map(), wentBack: [] };
  for (const { topic, groupId } of inputs) {
    const committed = await committedOf(options.kafka, groupId, topic);
    const resets: { partition: number; offset: string }[] = [];
    for (let partition = 0; partition < partitions; partition++) {
      const place = committed.get(partition);
      const { low, high } = await reader.ends(topic, partition);
      const next = Math.max(place?.offset ?? 0, options.behindCases(topic, partition));
      const isBehind =
        high < next || (place !== undefined && (await isBack(reader, topic, partition, place)));
      const again = isBehind || (isMerged(topic) && options.wentBack.has(partition));
      found.from.set(`${topic}/${partition}`, again ? low : Math.max(low, place?.offset ?? low));
      if (isBehind) found.wentBack.push({ topic, partition });
      if (again && place !== undefined) resets.push({ partition, offset: String(low) });
      if (isBehind && !dryRun) await lengthen(options, topic, partition, groupId, next);
    }
    if (resets.length > 0 && !dryRun)
      await withAdmin(options.kafka, (admin) => admin.setOffsets({ groupId, topic, partitions: resets }));
  }
  return found;
}

interface Place {
  offset: number;
  metadata: string;
}

async function committedOf(kafka: Kafka, groupId: string, topic: string): Promise<Map<number, Place>> {
  return withAdmin(kafka, async (admin) => {
    const [answer] = await admin.fetchOffsets({ groupId, topics: [topic] });
    const places = (answer?.partitions ?? []).filter(({ offset }) => Number(offset) >= 0);
    return new Map(
      places.map(({ partition, offset, metadata }) => [
        partition,
        { offset: Number(offset), metadata: metadata ?? '' },
      ]),
    );
  });
}

async function isBack(
  reader: PartitionReader,
  topic: string,
  partition: number,
  { offset, metadata }: Place,
): Promise<boolean> {
  const mark = readMark(metadata);
  const seen = { next: offset, marks: mark === null ? [] : [mark] };
  return (await whyWentBack(reader, topic, partition, seen)) !== null;
}

async function lengthen(
  { kafka, reader }: RecoverInputsOptions,
  topic: string,
  partition: number,
  groupId: string,
  next: number,
): Promise<void> {
  const output = { topic, partition, groupId };
  const writer = await PartitionProducer.fence(kafka, `recover-${topic}-${partition}`, output);
  try {
    await writer.skipTo(next, async () => (await reader.ends(topic, partition)).high);
  } finally {
    await writer.disconnect();
  }
}

function isMerged(topic: string): boolean {
  return topic === TOPICS.reportLabeled || topic === TOPICS.imageEmbedded;
}
