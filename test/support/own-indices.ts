import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Client } from '@elastic/elasticsearch';
import type { Case } from '../../core/radiology/events.ts';
import { caseStanding } from '../../core/radiology/standing.ts';
import { deleteBuild } from '../../infra/elasticsearch/create-indices.ts';
import { setUpElasticsearch } from '../../infra/elasticsearch/setup.ts';
import type { LiveEncoders } from '../../infra/kafka/live-generations.ts';
import { openElasticsearch } from '../../platform/elasticsearch/client.ts';
import { createLogger } from '../../platform/process/log.ts';
import type { IndexAliases, IndexNames } from '../../schemas/index/index-names.ts';
import { liveIndex, physicalIndices } from '../../schemas/index/physical-indices.ts';
import { bulkWrite } from '../../services/indexer/bulk-write.ts';
import { caseDocument } from '../../services/indexer/case-document.ts';
import { vectorSlots } from '../../services/indexer/vector-slots.ts';
import { FIXTURE_SECRET } from './case-fixture.ts';
import { engines } from './engines.ts';

/** Aliases for one test's views on the Elasticsearch that all tests share. */
export function ownIndexAliases(run: string): IndexAliases {
  return { casesAlias: `test-${run}-cases`, analysisAlias: `test-${run}-analysis` };
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
    live = {},
  }: {
    run?: string;
    kafkaCluster?: string;
    /** the encoders that they are made for; those that come with us unless told */
    live?: Partial<LiveEncoders>;
  } = {}): Promise<OwnIndices> {
    const { elasticsearchUrl } = await engines();
    const aliases = ownIndexAliases(run);
    const log = createLogger('test', 'fatal');
    const names = await setUpElasticsearch(elasticsearchUrl, log, { kafkaCluster, aliases, live });
    return new OwnIndices(elasticsearchUrl, names);
  }

  /** What a service finds them by. */
  get env(): Record<string, string> {
    return {
      INTERLEAVE_ELASTICSEARCH_URL: this.url,
      INTERLEAVE_CASES_ALIAS: this.names.casesAlias,
      INTERLEAVE_ANALYSIS_ALIAS: this.names.analysisAlias,
    };
  }

  /** Writes these cases into the clinical view as the indexer does; they are found at once. */
  async putCases(cases: readonly Case[], casesIndex: string = this.names.cases): Promise<void> {
    const builds = await physicalIndices(this.client, this.names);
    const build = builds.find(({ names }) => names.cases === casesIndex) ?? assert.fail(casesIndex);
    const slots = vectorSlots(build.meta);
    const items = cases.map((theCase, version) => ({
      index: casesIndex,
      id: theCase.caseId,
      version,
      document: caseDocument(theCase, caseStanding(theCase), slots, FIXTURE_SECRET),
    }));
    const results = await bulkWrite(this.client, items);
    assert.deepEqual([...new Set(results.map(({ outcome }) => outcome))], ['written']);
    await this.client.indices.refresh({ index: casesIndex });
  }

  /** The clinical index that the alias names now. */
  async live(): Promise<string | undefined> {
    return (await liveIndex(this.client, this.names))?.names.cases;
  }

  async remove(): Promise<void> {
    const log = createLogger('test', 'fatal');
    for (const { names } of await physicalIndices(this.client, this.names))
      await deleteBuild(this.client, log, names);
    await this.client.close();
  }
}
