/** A record as a fetch gives it. */
export interface FetchedRecord {
  offset: number;
  key: string;
  /** null is a tombstone */
  value: Buffer | null;
  /** written in a transaction */
  transactional: boolean;
}

/** What one fetch of one partition gave, with the records that `readCommitted` leaves out. */
export interface FetchedPartition {
  /** the broker held data back for a quota (KIP-219) */
  throttled: boolean;
  lastStableOffset: number;
  /** the offset after the last record batch; null where no record was decoded */
  next: number | null;
  abortedTransactions: { producerId: string; firstOffset: number }[];
  records: RawRecord[];
}

export interface RawRecord {
  offset: number;
  key: Buffer | null;
  value: Buffer | null;
  control: boolean;
  transactional: boolean;
  producerId: string;
}

/** The shape of kafkajs' answer (fetch response v4 and newer), which its types leave open. */
interface FetchAnswer {
  throttleTime: number;
  clientSideThrottleTime?: number;
  responses: {
    partitions: {
      lastStableOffset: string;
      abortedTransactions: { producerId: string; firstOffset: string }[] | null;
      messages: {
        offset: string;
        key: Buffer | null;
        value: Buffer | null;
        isControlRecord: boolean;
        batchContext: {
          firstOffset: string;
          lastOffsetDelta: number;
          producerId: string;
          inTransaction: boolean;
        };
      }[];
    }[];
  }[];
}

/** Reads the answer to a fetch of a single partition. */
export function fetchedPartition(answer: unknown): FetchedPartition {
  const { throttleTime, clientSideThrottleTime = 0, responses } = answer as FetchAnswer;
  const partition = responses[0]?.partitions[0];
  if (partition === undefined) throw new TypeError('The answer to a fetch has no partition.');
  const last = partition.messages.at(-1)?.batchContext;
  return {
    throttled: throttleTime + clientSideThrottleTime > 0,
    lastStableOffset: Number(partition.lastStableOffset),
    next: last === undefined ? null : Number(last.firstOffset) + last.lastOffsetDelta + 1,
    abortedTransactions: (partition.abortedTransactions ?? []).map(({ producerId, firstOffset }) => ({
      producerId,
      firstOffset: Number(firstOffset),
    })),
    records: partition.messages.map((message) => ({
      offset: Number(message.offset),
      key: message.key,
      value: message.value,
      control: message.isControlRecord,
      transactional: message.batchContext.inTransaction,
      producerId: message.batchContext.producerId,
    })),
  };
}

/**
 * The records that count: neither control records nor those of aborted transactions. The broker lists the transactions
 * that were aborted and where each begins; it ends with its producer's next control record (KIP-98, "Fetch").
 */
export function readCommitted(fetched: FetchedPartition): FetchedRecord[] {
  const waiting = [...fetched.abortedTransactions].sort((a, b) => a.firstOffset - b.firstOffset);
  const aborted = new Set<string>();
  const committed: FetchedRecord[] = [];
  for (const record of fetched.records) {
    for (
      let first = waiting[0];
      first !== undefined && first.firstOffset <= record.offset;
      first = waiting[0]
    ) {
      aborted.add(first.producerId);
      waiting.shift();
    }
    if (record.control) aborted.delete(record.producerId);
    else if (!(record.transactional && aborted.has(record.producerId)))
      committed.push({
        offset: record.offset,
        key: record.key?.toString('utf8') ?? '',
        value: record.value,
        transactional: record.transactional,
      });
  }
  return committed;
}
