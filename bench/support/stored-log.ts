import { startEngine } from '../../infra/embedded/engine.ts';
import { prepareEngines } from '../../infra/embedded/start-engines.ts';
import { setUpKafka } from '../../infra/kafka/setup.ts';
import { createKafka } from '../../platform/kafka/client.ts';
import { EventProducer } from '../../platform/kafka/producer.ts';
import { commonConfig, loadConfig } from '../../platform/process/config.ts';
import { createLogger } from '../../platform/process/log.ts';
import { Metrics } from '../../platform/process/metrics.ts';
import { events } from '../../schemas/events.ts';
import { TOPICS } from '../../schemas/topics.ts';
import { storedCase } from './stored-cases.ts';

/** Records that are on their way at once. */
const AT_ONCE = 200;

/**
 * Writes cases onto `radiology.case` of a data folder before the system first runs on it: once a joiner owns the topic it
 * takes what others write for foreign. Returns their ids.
 */
export async function writeStoredCases(
  dataDir: string,
  { seed, count, say }: { seed: number; count: number; say: (line: string) => void },
): Promise<Set<string>> {
  const log = createLogger('bench', 'error');
  const { kafka: engine, kafkaBrokers } = await prepareEngines({ dataDir });
  const running = await startEngine(engine);
  try {
    const brokers = kafkaBrokers.split(',');
    await setUpKafka(
      { brokers, ...loadConfig({ partitions: commonConfig.partitions }), replication: 1 },
      log,
    );
    const producer = await EventProducer.connect(
      createKafka(brokers, 'bench', log),
      log,
      new Metrics('bench'),
    );
    const ids = new Set<string>();
    for (let from = 1; from <= count; from += AT_ONCE) {
      const numbers = Array.from({ length: Math.min(AT_ONCE, count + 1 - from) }, (_, i) => from + i);
      await Promise.all(
        numbers.map((number) => {
          const state = storedCase(seed, number);
          ids.add(state.caseId);
          return producer.send(TOPICS.case, { key: state.caseId, value: events.case.encode(state) });
        }),
      );
      if ((from - 1) % (AT_ONCE * 10) === 0) say(`${ids.size} of ${count} cases written …`);
    }
    await producer.disconnect();
    return ids;
  } finally {
    await running.stop();
  }
}
