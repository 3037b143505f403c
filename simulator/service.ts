import { join } from 'node:path';
import type { RunningService, ServiceContext } from '../platform/process/lifecycle.ts';
import type { Config } from './config.ts';
import { Feed } from './feed/feed.ts';
import { readFeedState } from './feed/feed-state.ts';
import { NetworkGateways } from './feed/gateways.ts';
import { TruthLog } from './truth.ts';

/** The simulated department as a process: goes on where the last run with the same seed stopped. */
export async function start(config: Config, context: ServiceContext): Promise<RunningService> {
  const folder = join(config.dataDir, 'simulator');
  const stateFile = join(folder, 'state.json');
  const state = await readFeedState(stateFile, config.simulatorSeed);
  const gateways = new NetworkGateways({
    hl7: { host: config.simulatorHl7Host || config.host, port: config.hl7Port },
    dicom: {
      host: config.simulatorDicomHost || config.host,
      port: config.dicomPort,
      aeTitle: config.dicomAeTitle,
    },
    timeoutMs: config.simulatorTimeoutMs,
  });
  const feed = new Feed(
    {
      seed: config.simulatorSeed,
      rate: config.simulatorRate,
      cases: config.simulatorCases,
      timeScale: config.simulatorTimeScale,
      stateFile,
    },
    state,
    gateways,
    new TruthLog(join(folder, 'truth.jsonl')),
    context,
  );
  context.log.info({ nextCase: state.nextCase, rate: config.simulatorRate }, 'feed.started');
  const running = feed.run().then(
    () => context.log.info({ nextCase: state.nextCase, openCases: feed.openCases }, 'feed.ended'),
    (error: unknown) => context.fail(error),
  );
  return {
    stop: async () => {
      feed.stop();
      await running;
      await gateways.close();
    },
  };
}
