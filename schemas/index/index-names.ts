/** What search and Kibana ask; each alias stands for one physical index, and both move together. */
export interface IndexAliases {
  casesAlias: string;
  analysisAlias: string;
}

export const INDEX_ALIASES: IndexAliases = { casesAlias: 'cases', analysisAlias: 'cases-analysis' };

/**
 * The physical indices of one build. The indexer writes to them by name, so that a new build can be filled beside the
 * one that is searched and take over by moving the aliases.
 */
export interface IndexNames extends IndexAliases {
  /** the clinical view: what search reads */
  cases: string;
  /** the analysts' view: no identifiers, no free text; the only one that Kibana may see */
  analysis: string;
}

/** The names of a new build, e.g. `cases-2-20261130083628`: the generation of its image vectors, and when it was made (UTC). */
export function newIndexNames(aliases: IndexAliases, imageGeneration: number, madeAt: number): IndexNames {
  const stamp = new Date(madeAt).toISOString().replaceAll(/\D/g, '').slice(0, 'yyyymmddhhmmss'.length);
  return indexNames(aliases, `${aliases.casesAlias}-${imageGeneration}-${stamp}`);
}

/** The names of the build that this clinical index belongs to: both views end alike (`cases-000001`: the first of an older installation). */
export function indexNames(aliases: IndexAliases, casesIndex: string): IndexNames {
  const ending = casesIndex.slice(aliases.casesAlias.length);
  return { ...aliases, cases: casesIndex, analysis: `${aliases.analysisAlias}${ending}` };
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
