import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { spaceOfTwo } from '../../models/shared-space.ts';
import { openLexicon } from '../../models/site-lexicon-file.ts';
import { TextEncoders } from '../../models/text-encoders.ts';
import { textFloorsOf } from '../../models/text-floors.ts';
import { openElasticsearch } from '../../platform/elasticsearch/client.ts';
import { createKafka } from '../../platform/kafka/client.ts';
import { Schemas } from '../../platform/kafka/schemas.ts';
import { openObjectStore } from '../../platform/object-store/open.ts';
import { readSecret } from '../../platform/process/files.ts';
import type { RunningService, ServiceContext } from '../../platform/process/lifecycle.ts';
import { projectRoot } from '../../platform/process/project-root.ts';
import { generationsOf } from '../../schemas/index/index-definition.ts';
import { schemaOptions } from '../../schemas/schema-options.ts';
import { TOPICS } from '../../schemas/topics.ts';
import { Audit } from './access/audit.ts';
import { RateLimit } from './access/rate-limit.ts';
import { ActRegister } from './acts/act-register.ts';
import { MAX_ACTS_BURST, MAX_ACTS_PER_SECOND } from './acts/limits.ts';
import type { Config } from './config.ts';
import { Frames } from './dicomweb/frames.ts';
import {
  MAX_DICOMWEB_BURST,
  MAX_DICOMWEB_PER_SECOND,
  MAX_OBJECT_REQUESTS_BURST,
  MAX_OBJECT_REQUESTS_PER_SECOND,
} from './dicomweb/limits.ts';
import { httpServer } from './http/http-server.ts';
import { MAX_POLL_BURST, MAX_POLLS_PER_SECOND, MAX_RATED_ADDRESSES, MAX_SEARCH_BURST } from './limits.ts';
import { nameBy } from './query/named-concept.ts';
import { CaseIndex } from './retrieval/case-index.ts';
import { followRejections } from './retrieval/follow-rejections.ts';
import { QueryVectors } from './retrieval/query-vectors.ts';
import { watchElasticsearch } from './retrieval/watch-elasticsearch.ts';

/**
 * Answers searches over HTTP and serves the page. Reads the index through its alias and thumbnails from the store, and
 * follows the register of rejected images. Acts are written to the register of
 * corrections. Tests give topics of their own.
 */
export async function start(
  config: Config,
  context: ServiceContext,
  topics: Pick<Record<keyof typeof TOPICS, string>, 'imageRejected' | 'caseCorrection' | 'schema'> = TOPICS,
): Promise<RunningService> {
  const { log, metrics, ready } = context;
  const lexicon = await openLexicon(config.lexiconFile);
  nameBy(lexicon.data);
  const secret = await readSecret(config.siteSecretFile || join(config.dataDir, 'site-secret'));
  const client = openElasticsearch(config.elasticsearchUrl);
  const kafka = createKafka(config.kafkaBrokers, 'interleave-search', log);
  const schemas = Schemas.reading({ ...schemaOptions(kafka, config, context), topic: topics.schema });
  const rejections = followRejections(kafka, topics.imageRejected, secret, schemas, context);
  const index = new CaseIndex(client, config.searchAlias, rejections.shown);
  const { name, meta } = await index.current();
  const watch = watchElasticsearch(index, ready, log);

  const modelsDir = config.modelsDir || join(projectRoot(), '.interleave/models');
  const encoders = await TextEncoders.start(modelsDir);
  const wordsOnly = metrics.counter(
    'interleave_search_words_only_total',
    'Times that the words of a search could not be embedded',
    ['code'],
  );
  const vectors = new QueryVectors(encoders, {
    floors: (hash) => textFloorsOf(modelsDir, hash),
    space: (bundles) => spaceOfTwo(modelsDir, bundles),
    failed(code, { generation, bundle }) {
      wordsOnly.inc({ code });
      log.error(
        { generation, model: bundle, code },
        code === 'TEXT_VECTOR_FAILED' ? 'query.not.embedded' : 'model.unavailable',
      );
    },
  });
  // The first search need not wait for its encoder. Without it words are searched all the same.
  await vectors.canEmbed(generationsOf(meta).text);

  const seconds = metrics.histogram(
    'interleave_search_seconds',
    'Time of an answer',
    [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    ['route'],
  );
  const objects = await openObjectStore(config.dataDir, { context });
  const audit = new Audit(log, secret);
  const frames = new Frames(objects);
  const acts = new ActRegister({ kafka, topic: topics.caseCorrection, secret, schemas, log, metrics });
  const server = await httpServer(
    {
      index,
      vectors,
      encoders,
      lexicon,
      objects,
      audit,
      rate: new RateLimit({
        perSecond: config.searchRatePerSecond,
        burst: Math.max(MAX_SEARCH_BURST, config.searchRatePerSecond),
        maxAddresses: MAX_RATED_ADDRESSES,
      }),
      pollRate: new RateLimit({
        perSecond: MAX_POLLS_PER_SECOND,
        burst: MAX_POLL_BURST,
        maxAddresses: MAX_RATED_ADDRESSES,
      }),
      observe: (route, value) => seconds.observe({ route }, value),
      version: await packageVersion(),
    },
    {
      index,
      objects,
      frames,
      audit,
      rate: new RateLimit({
        perSecond: MAX_DICOMWEB_PER_SECOND,
        burst: MAX_DICOMWEB_BURST,
        maxAddresses: MAX_RATED_ADDRESSES,
      }),
      objectRate: new RateLimit({
        perSecond: MAX_OBJECT_REQUESTS_PER_SECOND,
        burst: MAX_OBJECT_REQUESTS_BURST,
        maxAddresses: MAX_RATED_ADDRESSES,
      }),
      url: config.dicomwebUrl,
    },
    {
      register: acts,
      tokenFile: config.actTokenFile || join(config.dataDir, 'act-token'),
      audit,
      rate: new RateLimit({
        perSecond: MAX_ACTS_PER_SECOND,
        burst: MAX_ACTS_BURST,
        maxAddresses: MAX_RATED_ADDRESSES,
      }),
    },
    {
      hosts: config.searchHosts,
      origins: config.dicomwebOrigins,
      pageFolder: config.searchPage === '' ? join(projectRoot(), 'web', 'dist') : resolve(config.searchPage),
    },
    log,
  );
  await server.listen({ host: config.host, port: config.searchPort });
  const address = server.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : config.searchPort;
  log.info({ index: name, backend: encoders.backend.backend }, 'search.listening');
  return {
    port,
    async stop() {
      watch.stop();
      await rejections.stop();
      await server.close();
      await acts.stop();
      await frames.stop();
      await encoders.stop();
      await client.close();
    },
  };
}

async function packageVersion(): Promise<string> {
  const { version } = JSON.parse(await readFile(join(projectRoot(), 'package.json'), 'utf8')) as {
    version: string;
  };
  return version;
}
