import type { ConsumedRecord } from './consumer.ts';

/**
 * The last record of each key, in the order of their offsets: of a step only the newest version of a case counts, the
 * others would be replaced at once. Records come in the order of their partition.
 */
export function newestRecords(records: readonly ConsumedRecord[]): ConsumedRecord[] {
  const newest = new Map<string, ConsumedRecord>();
  for (const record of records) {
    newest.delete(record.key);
    newest.set(record.key, record);
  }
  return [...newest.values()];
}
