import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../../platform/config.ts';
import type { RunningService } from '../../../platform/lifecycle.ts';
import type { ObjectStore } from '../../../platform/object-store/object-store.ts';
import { openObjectStore } from '../../../platform/object-store/open.ts';
import { testContext } from '../../../platform/testing.ts';
import { config } from '../../../services/search/config.ts';
import { start } from '../../../services/search/service.ts';
import { OwnIndices } from '../../support/own-indices.ts';

/** The search service with indices and objects of its own, which a test fills before it starts the service. */
export class SearchSite {
  readonly indices: OwnIndices;
  readonly dataDir: string;
  readonly objects: ObjectStore;
  #service: RunningService | null = null;

  private constructor(indices: OwnIndices, dataDir: string, objects: ObjectStore) {
    this.indices = indices;
    this.dataDir = dataDir;
    this.objects = objects;
  }

  static async open(): Promise<SearchSite> {
    const indices = await OwnIndices.create();
    const dataDir = await mkdtemp(join(tmpdir(), 'interleave-search-'));
    await writeFile(join(dataDir, 'site-secret'), 'a secret of the test, long enough');
    return new SearchSite(indices, dataDir, await openObjectStore(dataDir));
  }

  /** Resolves to the service's address, `http://127.0.0.1:PORT`. */
  async start(settings: Record<string, string>): Promise<string> {
    const environment = {
      INTERLEAVE_ELASTICSEARCH_URL: this.indices.url,
      INTERLEAVE_DATA_DIR: this.dataDir,
      INTERLEAVE_SEARCH_PORT: '0',
      INTERLEAVE_SEARCH_ALIAS: this.indices.names.casesAlias,
      ...settings,
    };
    this.#service = await start(loadConfig(config, environment), testContext('search'));
    return `http://127.0.0.1:${this.#service.port}`;
  }

  async close(): Promise<void> {
    await this.#service?.stop();
    await this.objects.close();
    await this.indices.remove();
    await rm(this.dataDir, { recursive: true, force: true });
  }
}
