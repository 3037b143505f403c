import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rejectionKey } from '../../../core/radiology/rejections.ts';
import { testContext } from '../../../harness/service-context.ts';
import { testKafka } from '../../../harness/test-kafka.ts';
import { until } from '../../../harness/until.ts';
import type { LiveEncoders } from '../../../infra/kafka/live-generations.ts';
import { createTopics } from '../../../platform/kafka/topics.ts';
import type { ObjectStore } from '../../../platform/object-store/object-store.ts';
import { openObjectStore } from '../../../platform/object-store/open.ts';
import { loadConfig } from '../../../platform/process/config.ts';
import type { RunningService } from '../../../platform/process/lifecycle.ts';
import { events } from '../../../schemas/events.ts';
import { config } from '../../../services/search/config.ts';
import { start } from '../../../services/search/service.ts';
import { engines } from '../../support/engines.ts';
import { OwnIndices } from '../../support/own-indices.ts';

export const SECRET = 'a secret of the test, long enough';

/** The search service with indices and objects of its own, which a test fills before it starts the service. */
export class SearchSite {
  readonly indices: OwnIndices;
  readonly dataDir: string;
  readonly objects: ObjectStore;
  readonly context = testContext('search');
  /** the topic of rejected objects */
  readonly register = `test-${randomUUID()}`;
  /** the topics of acts and of schemas */
  readonly acts = `test-${randomUUID()}`;
  readonly #schemas = `test-${randomUUID()}`;
  #service: RunningService | null = null;

  private constructor(indices: OwnIndices, dataDir: string, objects: ObjectStore) {
    this.indices = indices;
    this.dataDir = dataDir;
    this.objects = objects;
  }

  /** `live`: the encoders that its index is made for. */
  static async open(live: Partial<LiveEncoders> = {}): Promise<SearchSite> {
    const indices = await OwnIndices.create({ live });
    const dataDir = await mkdtemp(join(tmpdir(), 'interleave-search-'));
    await writeFile(join(dataDir, 'site-secret'), SECRET);
    const site = new SearchSite(indices, dataDir, await openObjectStore(dataDir));
    const kafka = testKafka((await engines()).kafkaBrokers);
    const specs = [site.register, site.acts, site.#schemas].map((name) => ({
      name,
      keyed: false,
      config: {},
    }));
    await createTopics(kafka, specs, 1, 1);
    return site;
  }

  /** Registers a rejection as the dicom-gateway does; resolves when it is on the topic. */
  async reject(sopInstanceUid: string): Promise<void> {
    const producer = testKafka((await engines()).kafkaBrokers).producer();
    await producer.connect();
    const rejection = { sopInstanceUid, noteUid: '1.9.1', titleCode: '113037', rejectedAt: Date.now() };
    const key = rejectionKey(Buffer.from(SECRET), rejection);
    await producer.send({
      topic: this.register,
      acks: -1,
      messages: [{ key, value: events.imageRejected.encode(rejection) }],
    });
    await producer.disconnect();
  }

  /** Resolves to the service's address, `http://127.0.0.1:PORT`. */
  async start(settings: Record<string, string>, { untilReady = true } = {}): Promise<string> {
    const environment = {
      INTERLEAVE_ELASTICSEARCH_URL: this.indices.url,
      INTERLEAVE_KAFKA_BROKERS: (await engines()).kafkaBrokers.join(','),
      INTERLEAVE_DATA_DIR: this.dataDir,
      INTERLEAVE_SEARCH_PORT: '0',
      INTERLEAVE_SEARCH_ALIAS: this.indices.names.casesAlias,
      ...settings,
    };
    const topics = { imageRejected: this.register, caseCorrection: this.acts, schema: this.#schemas };
    this.#service = await start(loadConfig(config, environment), this.context, topics);
    if (untilReady) await until(() => this.context.ready.ok, 30_000, 'readiness');
    return `http://127.0.0.1:${this.#service.port}`;
  }

  async close(): Promise<void> {
    await this.#service?.stop();
    await this.objects.close();
    await this.indices.remove();
    await rm(this.dataDir, { recursive: true, force: true });
  }
}
