import type { ConsumedRecord } from '../../platform/kafka/consumer.ts';

/**
 * The last record of each key, in the order of their offsets: only the newest version of a case in a step is written,
 * the others would be replaced at once. Records come in the order of their partition.
 */
export function newestRecords(records: readonly ConsumedRecord[]): ConsumedRecord[] {
  const newest = new Map<string, ConsumedRecord>();
  for (const record of records) {
    newest.delete(record.key);
    newest.set(record.key, record);
  }
  return [...newest.values()];
}
