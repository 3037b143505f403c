import { InterleaveError } from '../../core/errors.ts';
import { checkGoldenSet } from '../../core/site-lexicon/golden-set.ts';
import { type LabelerVersion, labelerVersion } from '../../core/text/labeler-version.ts';
import { openLexicon } from '../../models/site-lexicon-file.ts';
import { createKafka } from '../../platform/kafka/client.ts';
import { consume } from '../../platform/kafka/consumer.ts';
import { EventProducer } from '../../platform/kafka/producer.ts';
import { Schemas } from '../../platform/kafka/schemas.ts';
import { checkTopics } from '../../platform/kafka/topics.ts';
import type { RunningService, ServiceContext } from '../../platform/process/lifecycle.ts';
import { schemaOptions } from '../../schemas/schema-options.ts';
import { TOPICS, topicsOf } from '../../schemas/topics.ts';
import type { Config } from './config.ts';
import { openEncoder } from './encoder.ts';
import { handleReports } from './handle-reports.ts';
import { MAX_POLL_CASES, MAX_POLL_REPORTS } from './limits.ts';
import { relabel } from './relabel.ts';
import { ReportVectors } from './report-vectors.ts';

/** The names on the broker; tests beside a running system have their own. */
export const NAMES = {
  groupId: 'interleave-labeler',
  received: TOPICS.reportReceived as string,
  labeled: TOPICS.reportLabeled as string,
  cases: TOPICS.case as string,
};

/** Of each version of the labeler one: it begins with the first case, and goes on there after a restart. */
export function relabelGroup(groupId: string, { hash }: LabelerVersion): string {
  return `${groupId}-again-${hash.slice(0, 12)}`;
}

/** Reads `radiology.report.received`, writes `radiology.report.labeled` with what each report says. */
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
  const cases = config.labelerRelabel ? [names.cases] : [];
  await checkTopics(kafka, topicsOf('labeler', [names.received, names.labeled, ...cases]), config.partitions);
  const schemas = await Schemas.published(schemaOptions(kafka, config, context));

  ready.set('encoder', false, 'loading');
  const encoder = await openEncoder();
  ready.set('encoder', true, `${encoder.about.backend}: ${encoder.about.backendName}`);
  log.info(encoder.about, 'backend.chosen');

  const producer = await EventProducer.connect(kafka, log, metrics);
  const parts = {
    lexicon,
    vectors: new ReportVectors(encoder),
    producer,
    topic: names.labeled,
    log,
    metrics,
  };
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
        maxRecords: MAX_POLL_CASES,
        groupId: relabelGroup(names.groupId, labelerVersion(lexicon)),
        topics: [names.cases],
        handle: relabel({ ...parts, startedAt: Date.now() }),
      }),
    );

  return {
    async stop() {
      await Promise.all(consumers.map((consumer) => consumer.stop()));
      await producer.disconnect();
      await encoder.stop();
    },
  };
}
