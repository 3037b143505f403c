import type { Client } from '@elastic/elasticsearch';
import { codeOf, type ErrorCode } from '../../core/errors.ts';
import { isCaseId } from '../../core/radiology/case-key.ts';
import type { Case } from '../../core/radiology/events.ts';
import { caseStanding } from '../../core/radiology/standing.ts';
import type { ConsumedRecord } from '../../platform/kafka/consumer.ts';
import { newestRecords } from '../../platform/kafka/newest-records.ts';
import { events } from '../../schemas/events.ts';
import type { IndexNames } from '../../schemas/index/index-names.ts';
import { analysisDocument, analysisId } from './analysis-document.ts';
import { type BulkItem, type BulkOutcome, bulkWrite } from './bulk-write.ts';
import { caseDocument, type VectorSlots } from './case-document.ts';
import type { Positions } from './positions.ts';

export interface CaseHandlerOptions {
  client: Client;
  names: IndexNames;
  slots: VectorSlots;
  /** of the site: makes the patients' keys */
  secret: Buffer;
  positions: Positions;
  /** rejects where the log of the record went back */
  checkStep(record: ConsumedRecord): Promise<void>;
  giveUp(record: ConsumedRecord, code: ErrorCode, errorType?: string): Promise<void>;
  wrote(view: 'clinical' | 'analysis', outcome: BulkOutcome, record: ConsumedRecord): void;
}

/**
 * Writes records of one partition of `radiology.case` into both views of one build, with the record's offset as version,
 * and how far the partition was read. Repeats change nothing.
 */
export function caseHandler(
  options: CaseHandlerOptions,
): (records: ConsumedRecord[], heartbeat: () => Promise<void>) => Promise<void> {
  const { client, names, positions } = options;
  return async (records, heartbeat) => {
    const last = records.at(-1);
    if (last === undefined) return;
    await options.checkStep(last);
    const sources = new Map<BulkItem, ConsumedRecord>();
    for (const record of newestRecords(records)) {
      const items = itemsOf(record, options);
      if (items === null) await options.giveUp(record, 'EVENT_UNREADABLE');
      else for (const item of items) sources.set(item, record);
    }
    const rejected = new Set<ConsumedRecord>();
    const position = positions.after(last);
    const items = [...sources.keys(), ...(position === null ? [] : [position.item])];
    for (const { item, outcome, errorType } of await bulkWrite(client, items, heartbeat)) {
      const record = sources.get(item);
      if (record === undefined) continue;
      options.wrote(item.index === names.cases ? 'clinical' : 'analysis', outcome, record);
      if (outcome !== 'rejected' || rejected.has(record)) continue;
      rejected.add(record);
      await options.giveUp(record, 'DOCUMENT_REJECTED', errorType);
    }
    if (position !== null) positions.set(last.partition, position.seen);
  };
}

/** What a record changes in both views; null where it cannot be read. */
function itemsOf(
  record: ConsumedRecord,
  { names, slots, secret }: Pick<CaseHandlerOptions, 'names' | 'slots' | 'secret'>,
): BulkItem[] | null {
  // Elasticsearch refuses a whole request for one id that is empty or too long.
  if (!isCaseId(record.key)) return null;
  const clinical = { index: names.cases, id: record.key, version: record.offset };
  const analysis = { index: names.analysis, id: analysisId(record.key), version: record.offset };
  if (record.value === null) return [clinical, analysis].map((item) => ({ ...item, document: null }));
  let theCase: Case;
  try {
    theCase = events.case.decode(record.value);
  } catch (error) {
    if (codeOf(error) === 'EVENT_UNREADABLE') return null;
    throw error;
  }
  if (theCase.caseId !== record.key) return null;
  const document = caseDocument(theCase, caseStanding(theCase), slots, secret);
  return [
    { ...clinical, document },
    { ...analysis, document: analysisDocument(theCase, document) },
  ];
}
