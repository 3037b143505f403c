/**
 * The two engines alone, in the foreground, until Ctrl-C: for working on one service.
 *
 *     node --import tsx infra/embedded/main.ts --data-dir /tmp/engines --kafka-port 29092 --elasticsearch-port 29200
 */
import { parseArgs } from 'node:util';
import { PRIVATE_UMASK } from '../../platform/process/private-folder.ts';
import { startEngines } from './start-engines.ts';

const { values } = parseArgs({
  options: {
    'data-dir': { type: 'string' },
    'kafka-port': { type: 'string', default: '0' },
    'elasticsearch-port': { type: 'string', default: '0' },
  },
});
if (values['data-dir'] === undefined) throw new Error('--data-dir is needed');
process.umask(PRIVATE_UMASK);

const engines = await startEngines({
  dataDir: values['data-dir'],
  kafkaPort: Number(values['kafka-port']),
  elasticsearchPort: Number(values['elasticsearch-port']),
  log: (line) => console.error(line),
});
console.log(JSON.stringify({ kafka: engines.kafkaBrokers, elasticsearch: engines.elasticsearchUrl }));

const keepAlive = setInterval(() => undefined, 60_000);
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    clearInterval(keepAlive);
    void engines.stop();
  });
for (const child of engines.processes)
  void child.exited.then(() => {
    clearInterval(keepAlive);
    return engines.stop();
  });
