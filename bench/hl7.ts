import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GATEWAY_PARTITIONS, GatewayProcess } from '../harness/gateway-process.ts';
import { ownKafka } from '../harness/own-kafka.ts';
import { fetchPeers, hapiClassPath } from '../harness/peer-folders.ts';
import { PeerProgram } from '../harness/peer-program.ts';
import { freePorts } from '../infra/process/free-port.ts';
import { projectRoot } from '../platform/process/project-root.ts';
import {
  atLeast,
  type BenchOptions,
  type BenchResult,
  type Figure,
  figure,
  type Peer,
} from './bench-result.ts';
import { hl7Report } from './support/hl7-report.ts';
import { atRate, type Load, type LoadOptions, saturate } from './support/mllp-load.ts';
import { median } from './support/percentile.ts';

const SECONDS = 6;
const ROUNDS = 3;
const RATE = 300;
/** Not counted, so that nobody is measured while its program, or the broker behind it, is being compiled. */
const WARM_UP_SECONDS = 10;
const HAPI_VERSION = '2.6.0';

/** A receiver that is measured. */
interface Receiver {
  name: string;
  version: string;
  settings: string;
  port: number;
  stop(): Promise<unknown>;
}

interface Measured {
  one: Load;
  eight: Load;
  paced: Load;
}

/**
 * Messages per second with an acknowledgement on 1 and 8 connections, and the time to it at a fixed rate. Ours is given
 * after the message is synced to the disk and its event is on Kafka with `acks=all`; HAPI's simple server and
 * node-hl7-server parse the message and acknowledge it from memory, without keeping anything.
 */
export async function run(options: BenchOptions): Promise<BenchResult> {
  const seconds = Number(options.values['seconds'] ?? SECONDS);
  const rounds = Number(options.values['rounds'] ?? ROUNDS);
  fetchPeers();
  options.say('starting Kafka …');
  const kafka = await ownKafka(GATEWAY_PARTITIONS);
  const receivers: Receiver[] = [];
  try {
    receivers.push(await ours(kafka.brokers));
    for (const start of [hapi, nodeHl7Server]) receivers.push(...(await start(options.say)));
    const results = new Map<string, Measured[]>(receivers.map(({ name }) => [name, []]));
    const source = new Source();
    for (const { port } of receivers)
      await saturate({ port, seconds: WARM_UP_SECONDS, connections: 8, next: source.next });
    for (let round = 1; round <= rounds; round++)
      for (const receiver of receivers) {
        const measured = await measure(receiver, seconds, source.next);
        results.get(receiver.name)?.push(measured);
        options.say(
          `round ${round}, ${receiver.name}: ${measured.one.perSecond.toFixed(0)}/s on 1, ${measured.eight.perSecond.toFixed(0)}/s on 8, p99 ${measured.paced.p99.toFixed(1)} ms at ${RATE}/s`,
        );
      }
    return result(receivers, results, { seconds, rounds });
  } finally {
    for (const receiver of receivers) await receiver.stop();
    await kafka.stop();
  }
}

async function measure({ port }: Receiver, seconds: number, next: () => Buffer): Promise<Measured> {
  const load: Omit<LoadOptions, 'connections'> = { port, seconds, next };
  const settled = (run: () => Promise<Load>): Promise<Load> => {
    spawnSync('sync'); // what the load before left to be written to the disk is not this one's
    return run();
  };
  return {
    one: await settled(() => saturate({ ...load, connections: 1 })),
    eight: await settled(() => saturate({ ...load, connections: 8 })),
    paced: await settled(() => atRate({ ...load, connections: 8, rate: RATE })),
  };
}

async function ours(brokers: readonly string[]): Promise<Receiver> {
  const gateway = await GatewayProcess.start('hl7-gateway', brokers, { LOG_LEVEL: 'info' });
  return {
    name: 'interleave',
    version: '',
    settings: '',
    port: gateway.port,
    stop: () => gateway.stop(),
  };
}

async function hapi(say: (line: string) => void): Promise<Receiver[]> {
  const classPath = hapiClassPath();
  if (classPath === null) {
    say('SKIPPED: HAPI could not be got');
    return [];
  }
  const [port = 0] = await freePorts(1);
  const program = await PeerProgram.start(
    'java',
    ['-Xmx512m', '-cp', classPath, 'HapiReceive', String(port), 'quiet'],
    { ready: 'listening' },
  );
  const settings =
    'SimpleServer, validation off, model classes of 2.5.1, -Xmx512m; acknowledges from memory and keeps nothing';
  return [{ name: 'HAPI', version: HAPI_VERSION, settings, port, stop: () => program.stop() }];
}

async function nodeHl7Server(): Promise<Receiver[]> {
  const [port = 0] = await freePorts(1);
  const script = join(import.meta.dirname, 'peers', 'node-hl7-server.js');
  const program = await PeerProgram.start(process.execPath, [script, String(port)], { ready: 'listening' });
  const manifest = join(projectRoot(), 'node_modules', 'node-hl7-server', 'package.json');
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  const settings = 'as its README has it; acknowledges from memory and keeps nothing';
  return [{ name: 'node-hl7-server', version, settings, port, stop: () => program.stop() }];
}

/** Messages that were never sent before. */
class Source {
  readonly #run = Date.now().toString(36).toUpperCase().slice(-5);
  #number = 0;
  readonly next = (): Buffer => hl7Report(this.#run, this.#number++);
}

function result(
  receivers: readonly Receiver[],
  results: ReadonlyMap<string, Measured[]>,
  { seconds, rounds }: { seconds: number; rounds: number },
): BenchResult {
  const of = (name: string, pick: (measured: Measured) => number) =>
    median((results.get(name) ?? []).map(pick));
  const durable = of('interleave', ({ eight }) => eight.perSecond);
  const p99 = of('interleave', ({ paced }) => paced.p99);
  const ratio = (name: string) => durable / of(name, ({ eight }) => eight.perSecond);
  const figures: Figure[] = [
    figure(
      'durable_per_s_1',
      of('interleave', ({ one }) => one.perSecond),
      'messages/s',
    ),
    atLeast('durable_per_s_8', durable, 'messages/s', 1000),
    { ...figure('p99_ms_at_300', p99, 'ms'), aim: '< 25', met: p99 < 25 },
    figure(
      'p50_ms_at_300',
      of('interleave', ({ paced }) => paced.p50),
      'ms',
    ),
    figure(
      'p50_ms_8',
      of('interleave', ({ eight }) => eight.p50),
      'ms',
    ),
    figure(
      'p99_ms_8',
      of('interleave', ({ eight }) => eight.p99),
      'ms',
    ),
    ...['HAPI', 'node-hl7-server']
      .filter((name) => results.has(name))
      .map((name) => ({
        ...figure(`ratio_to_${name.toLowerCase().replaceAll('-', '_')}_8`, ratio(name), ''),
        aim: '> 1',
        met: ratio(name) > 1,
      })),
  ];
  const peers: Peer[] = receivers
    .filter(({ name }) => name !== 'interleave')
    .map(({ name, version, settings }) => ({
      name,
      version,
      settings,
      figures: [
        figure(
          'acknowledged_per_s_1',
          of(name, ({ one }) => one.perSecond),
          'messages/s',
        ),
        figure(
          'acknowledged_per_s_8',
          of(name, ({ eight }) => eight.perSecond),
          'messages/s',
        ),
        figure(
          'p99_ms_at_300',
          of(name, ({ paced }) => paced.p99),
          'ms',
        ),
      ],
    }));
  return {
    bench: 'hl7',
    figures,
    peers,
    notes: [
      `median of ${rounds} rounds in turn, ${seconds} s each; ORU^R01 of ${hl7Report('XXXXX', 0).length} bytes, 30 OBX, no two alike; the same client in one process, one message under way on each connection`,
      `before the rounds every receiver is kept busy for ${WARM_UP_SECONDS} s that are not counted, on 8 connections (it warms the broker behind ours, too); before each load what the one before left to the disk is written (sync)`,
      'ours acknowledges after file and folder are synced and Kafka (one embedded broker on the same machine, acks=all) has confirmed; the peers acknowledge from memory',
    ],
  };
}
