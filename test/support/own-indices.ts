import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Client } from '@elastic/elasticsearch';
import type { Case } from '../../core/radiology/events.ts';
import { caseStanding } from '../../core/radiology/standing.ts';
import { setUpElasticsearch } from '../../infra/elasticsearch/setup.ts';
import { openElasticsearch } from '../../platform/elasticsearch/client.ts';
import { createLogger } from '../../platform/process/log.ts';
import { readCasesDefinition } from '../../schemas/index/index-definition.ts';
import { type IndexNames, positionsIndex } from '../../schemas/index/index-names.ts';
import { bulkWrite } from '../../services/indexer/bulk-write.ts';
import { caseDocument } from '../../services/indexer/case-document.ts';
import { vectorSlots } from '../../services/indexer/vector-slots.ts';
import { engines } from './engines.ts';

/** Names for one test's views on the Elasticsearch that all tests share; `copy` counts the physical indices. */
export function ownIndexNames(run: string, copy = 1): IndexNames {
  const suffix = String(copy).padStart(6, '0');
  return {
    cases: `test-${run}-cases-${suffix}`,
    casesAlias: `test-${run}-cases`,
    analysis: `test-${run}-analysis-${suffix}`,
    analysisAlias: `test-${run}-analysis`,
  };
}

/** Both views, empty, for one test alone. */
export class OwnIndices {
  readonly url: string;
  readonly client: Client;
  readonly names: IndexNames;

  private constructor(url: string, names: IndexNames) {
    this.url = url;
    this.client = openElasticsearch(url);
    this.names = names;
  }

  static async create({
    run = randomUUID().slice(0, 8),
    kafkaCluster = 'test',
  }: {
    run?: string;
    kafkaCluster?: string;
  } = {}): Promise<OwnIndices> {
    const { elasticsearchUrl } = await engines();
    const names = ownIndexNames(run);
    await setUpElasticsearch(elasticsearchUrl, createLogger('test', 'fatal'), { kafkaCluster, names });
    return new OwnIndices(elasticsearchUrl, names);
  }

  /** Writes these cases into the clinical view as the indexer does; they are found at once. */
  async putCases(cases: readonly Case[]): Promise<void> {
    const slots = vectorSlots((await readCasesDefinition()).meta);
    const items = cases.map((theCase, version) => ({
      index: this.names.cases,
      id: theCase.caseId,
      version,
      document: caseDocument(theCase, caseStanding(theCase), slots),
    }));
    const results = await bulkWrite(this.client, items);
    assert.deepEqual([...new Set(results.map(({ outcome }) => outcome))], ['written']);
    await this.client.indices.refresh({ index: this.names.cases });
  }

  async remove(): Promise<void> {
    const { cases, analysis } = this.names;
    await this.client.indices.delete({
      index: `${cases},${analysis},${positionsIndex(cases)}`,
      ignore_unavailable: true,
    });
    await this.client.close();
  }
}
