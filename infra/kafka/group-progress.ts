import type { Admin } from 'kafkajs';

/** How far a group has read a topic. */
export interface GroupProgress {
  /** offsets between the beginning and where the group stands, and those that it has still to read; compaction leaves holes */
  read: number;
  lag: number;
  /** where each partition ended when this was asked, and where the group stands */
  ends: ReadonlyMap<number, number>;
  committed: ReadonlyMap<number, number>;
}

/** What was committed is asked first: no lag means that everything was read that stood there at that moment. */
export async function groupProgress(admin: Admin, groupId: string, topic: string): Promise<GroupProgress> {
  const [answer] = await admin.fetchOffsets({ groupId, topics: [topic] });
  const offsets = new Map(answer?.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
  const ends = new Map<number, number>();
  const committed = new Map<number, number>();
  let read = 0;
  let lag = 0;
  for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
    const at = Math.max(offsets.get(partition) ?? -1, Number(low));
    ends.set(partition, Number(high));
    committed.set(partition, at);
    read += at - Number(low);
    lag += Math.max(0, Number(high) - at);
  }
  return { read, lag, ends, committed };
}

/** Whether a group stands at or behind these ends in every partition. */
export function hasReached({ committed }: GroupProgress, ends: ReadonlyMap<number, number>): boolean {
  return [...ends].every(([partition, end]) => (committed.get(partition) ?? 0) >= end);
}
