/**
 * The indices of this version. Services write to a physical index by its name and read through the alias, so that a new
 * physical index can be filled beside the old one and take over by moving the alias.
 */
export interface IndexNames {
  /** the clinical view: what search reads */
  cases: string;
  casesAlias: string;
  /** the analysts' view: no identifiers, no free text; the only one that Kibana may see */
  analysis: string;
  analysisAlias: string;
}

/** Each physical index of cases is filled by a consumer group of its own. */
export function indexerGroup(casesIndex: string): string {
  return `interleave-indexer-${casesIndex}`;
}

/**
 * Beside each physical index of cases: how far the indexer has read each partition, one document each. Where the log of
 * Kafka goes back, it is what still knows.
 */
export function positionsIndex(casesIndex: string): string {
  return `${casesIndex}-positions`;
}

export const INDEX_NAMES: IndexNames = {
  cases: 'cases-000001',
  casesAlias: 'cases',
  analysis: 'cases-analysis-000001',
  analysisAlias: 'cases-analysis',
};
