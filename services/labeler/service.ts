import { join } from 'node:path';
import { InterleaveError } from '../../core/errors.ts';
import { TEXT_ENCODERS } from '../../core/radiology/model-generations.ts';
import { checkGoldenSet } from '../../core/site-lexicon/golden-set.ts';
import { type LabelerVersion, labelerVersion } from '../../core/text/labeler-version.ts';
import { LiveModels } from '../../models/live-models.ts';
import { SENTENCE_BUNDLE } from '../../models/packaged-bundles.ts';
import { ReembedRuns } from '../../models/reembed-runs.ts';
import { openLexicon } from '../../models/site-lexicon-file.ts';
import { TextEncoders } from '../../models/text-encoders.ts';
import { LiveTraffic } from '../../platform/concurrency/live-traffic.ts';
import { createKafka } from '../../platform/kafka/client.ts';
import { consume } from '../../platform/kafka/consumer.ts';
import { EventProducer } from '../../platform/kafka/producer.ts';
import { Schemas } from '../../platform/kafka/schemas.ts';
import { checkTopics } from '../../platform/kafka/topics.ts';
import type { RunningService, ServiceContext } from '../../platform/process/lifecycle.ts';
import { projectRoot } from '../../platform/process/project-root.ts';
import { Readiness } from '../../platform/process/readiness.ts';
import { schemaOptions } from '../../schemas/schema-options.ts';
import { STREAM_GROUPS } from '../../schemas/stream-groups.ts';
import { TOPICS, topicsOf } from '../../schemas/topics.ts';
import type { Config } from './config.ts';
import { handleReports } from './handle-reports.ts';
import { MAX_POLL_CASES, MAX_POLL_REPORTS } from './limits.ts';
import { reembed } from './reembed.ts';
import { relabel } from './relabel.ts';
import { ReportVectors } from './report-vectors.ts';
import { TextModels } from './text-models.ts';

/** The names on the broker; tests beside a running system have their own. */
export const NAMES = {
  groupId: STREAM_GROUPS.labeler as string,
  received: TOPICS.reportReceived as string,
  labeled: TOPICS.reportLabeled as string,
  cases: TOPICS.case as string,
  models: TOPICS.model as string,
};

/** Of each version of the labeler one: it begins with the first case, and goes on there after a restart. */
export function relabelGroup(groupId: string, { hash }: LabelerVersion): string {
  return `${groupId}-again-${hash.slice(0, 12)}`;
}

/**
 * Reads `radiology.report.received`, writes `radiology.report.labeled` with what each report says and its vectors by what
 * `radiology.model` says is live; and where it is asked, the same for the reports of `radiology.case`.
 */
export async function start(
  config: Config,
  context: ServiceContext,
  names: typeof NAMES = NAMES,
): Promise<RunningService> {
  const { log, metrics, ready } = context;
  const lexicon = await openLexicon(config.lexiconFile);
  const wrong = checkGoldenSet(lexicon);
  if (wrong.length > 0) throw new InterleaveError('GOLDEN_SET_FAILED', wrong.join('; '));
  log.info(labelerVersion(lexicon), 'labeler.golden-set.passed');

  const kafka = createKafka(config.kafkaBrokers, 'interleave-labeler', log);
  const keyed = topicsOf('labeler', [names.received, names.labeled, names.cases]);
  await checkTopics(kafka, [...keyed, { name: names.models, keyed: false }], config.partitions);
  const schemas = await Schemas.published(schemaOptions(kafka, config, context));

  ready.set('model', false, 'loading');
  const encoders = await TextEncoders.start(config.modelsDir || join(projectRoot(), '.interleave/models'));
  log.info(encoders.backend, 'backend.chosen');

  const producer = await EventProducer.connect(kafka, log, metrics);
  const models = new TextModels(encoders);
  const live = new LiveTraffic();
  const parts = {
    lexicon,
    models,
    vectors: new ReportVectors(models),
    live,
    producer,
    topic: names.labeled,
    log,
    metrics,
  };
  const reembedding = new ReembedRuns({
    kafka,
    groupId: names.groupId,
    cases: names.cases,
    maxRecords: MAX_POLL_CASES,
    handler: (generation, stopping) => reembed({ ...parts, generation, stopping }),
    context,
    schemas,
  });
  const following = await LiveModels.open({
    kafka,
    topic: names.models,
    kind: TEXT_ENCODERS,
    first: SENTENCE_BUNDLE.hash,
    service: 'labeler',
    schemas,
    models,
    context,
    changed: (generations) => void reembedding.follow(generations),
  }).catch(async (error: unknown) => {
    await Promise.all([encoders.stop(), producer.disconnect()]);
    throw error;
  });
  const common = { maxRecords: MAX_POLL_REPORTS, schemas, log, metrics, ready, fail: context.fail };
  const consumers = [
    await consume(kafka, {
      ...common,
      groupId: names.groupId,
      topics: [names.received],
      handle: handleReports(parts),
    }),
  ];
  if (config.labelerRelabel)
    consumers.push(
      await consume(kafka, {
        ...common,
        // What is stored can wait: the service is ready without it.
        ready: new Readiness(),
        maxRecords: MAX_POLL_CASES,
        groupId: relabelGroup(names.groupId, labelerVersion(lexicon)),
        topics: [names.cases],
        handle: relabel({ ...parts, startedAt: Date.now() }),
      }),
    );

  return {
    async stop() {
      await following.stop();
      await Promise.all([reembedding.stop(), ...consumers.map((consumer) => consumer.stop())]);
      await producer.disconnect();
      await encoders.stop();
    },
  };
}
