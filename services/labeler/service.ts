import { InterleaveError } from '../../core/errors.ts';
import { TOPICS, topicsOf } from '../../core/radiology/topics.ts';
import { checkGoldenSet } from '../../core/text/golden-set.ts';
import { labelerVersion } from '../../core/text/labeler-version.ts';
import { openLexicon } from '../../infra/labeler/site-lexicon-file.ts';
import { createKafka } from '../../platform/kafka/client.ts';
import { consume } from '../../platform/kafka/consumer.ts';
import { EventProducer } from '../../platform/kafka/producer.ts';
import { checkTopics } from '../../platform/kafka/topics.ts';
import type { RunningService, ServiceContext } from '../../platform/lifecycle.ts';
import type { Config } from './config.ts';
import { openEncoder } from './encoder.ts';
import { handleReports } from './handle-reports.ts';
import { MAX_POLL_REPORTS } from './limits.ts';
import { ReportVectors } from './report-vectors.ts';

/** The names on the broker; tests beside a running system have their own. */
export const NAMES = {
  groupId: 'interleave-labeler',
  received: TOPICS.reportReceived as string,
  labeled: TOPICS.reportLabeled as string,
};

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

  const kafka = createKafka(config.kafkaBrokers, 'labeler', log);
  await checkTopics(kafka, topicsOf('labeler', [names.received, names.labeled]), config.partitions);

  ready.set('encoder', false, 'loading');
  const encoder = await openEncoder();
  ready.set('encoder', true, `${encoder.about.backend}: ${encoder.about.backendName}`);
  log.info(encoder.about, 'backend.chosen');

  const producer = await EventProducer.connect(kafka, log, metrics);
  const consumer = await consume(kafka, {
    groupId: names.groupId,
    topics: [names.received],
    maxRecords: MAX_POLL_REPORTS,
    handle: handleReports({
      lexicon,
      vectors: new ReportVectors(encoder),
      producer,
      topic: names.labeled,
      log,
      metrics,
    }),
    log,
    metrics,
    ready,
    fail: context.fail,
  });

  return {
    async stop() {
      await consumer.stop();
      await producer.disconnect();
      await encoder.stop();
    },
  };
}
