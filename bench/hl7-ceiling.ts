import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { GATEWAY_PARTITIONS, GatewayProcess } from '../harness/gateway-process.ts';
import { ownKafka } from '../harness/own-kafka.ts';
import { fetchPeers, hapiClassPath } from '../harness/peer-folders.ts';
import { PeerProgram } from '../harness/peer-program.ts';
import { freePorts } from '../infra/process/free-port.ts';
import { type BenchOptions, type BenchResult, type Figure, figure } from './bench-result.ts';
import { cpuSeconds } from './support/cpu-time.ts';
import { hl7Report } from './support/hl7-report.ts';
import { saturate } from './support/mllp-load.ts';

const SECONDS = 5;
const WARM_UP_SECONDS = 15;

/** A program that answers; the others of this machine that work for it are the broker and the sender. */
interface Receiver {
  name: string;
  port: number;
  pid: number | undefined;
  stop(): Promise<unknown>;
}

/**
 * What the gateway's rate is made of: the processor time of a message in the receiver, in the broker and in the sender, on
 * 8 connections, for receivers that do ever more before they answer. All processors together divided by that time is the
 * rate that no receiver of that kind can pass on this machine; unlike a rate, it hardly depends on who else is busy.
 */
export async function run({ values, say }: BenchOptions): Promise<BenchResult> {
  const seconds = Number(values['seconds'] ?? SECONDS);
  say('fetching other receivers and starting Kafka …');
  fetchPeers();
  const folder = mkdtempSync(join(tmpdir(), 'interleave-ceiling-'));
  const kafka = await ownKafka(GATEWAY_PARTITIONS);
  const figures: Figure[] = [];
  const next = source();
  const starts: (() => Promise<Receiver | null>)[] = [
    hapi,
    () => echo('echo', 'nothing', ''),
    () => echo('echo_journal', 'journal', folder),
    () => echo('echo_kafka', 'kafka', kafka.brokers[0] ?? ''),
    () => gateway(kafka.brokers),
  ];
  try {
    for (const start of starts) {
      const receiver = await start();
      if (receiver === null) continue;
      const { name, port, pid, stop } = receiver;
      try {
        await saturate({ port, seconds: WARM_UP_SECONDS, connections: 8, next });
        spawnSync('sync');
        const before = [cpuSeconds(pid), cpuSeconds(kafka.pid), cpuSeconds(process.pid)];
        const sent = next.count;
        const load = await saturate({ port, seconds, connections: 8, next });
        const messages = next.count - sent;
        const used = [cpuSeconds(pid), cpuSeconds(kafka.pid), cpuSeconds(process.pid)];
        const micros = used.map((now, i) => ((now - (before[i] ?? 0)) * 1e6) / messages);
        const [own = 0, broker = 0, sender = 0] = micros;
        const ceiling = (cpus().length * 1e6) / (own + broker + sender);
        figures.push(
          figure(`${name}_per_s_8`, load.perSecond, 'messages/s'),
          figure(`${name}_receiver_us`, own, 'µs'),
          figure(`${name}_broker_us`, broker, 'µs'),
          figure(`${name}_sender_us`, sender, 'µs'),
          figure(`${name}_ceiling_per_s`, ceiling, 'messages/s'),
        );
        say(
          `${name}: ${load.perSecond.toFixed(0)}/s; µs a message ${micros.map((us) => us.toFixed(0)).join(' + ')}; at most ${ceiling.toFixed(0)}/s`,
        );
      } finally {
        await stop();
      }
    }
  } finally {
    await kafka.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  const notes = [
    `processor time of a message in receiver, broker and sender (proc_pid_stat, all threads), 8 connections, ${seconds} s after ${WARM_UP_SECONDS} s of warming up`,
    `the ceiling is ${cpus().length} processors divided by the sum of the three`,
  ];
  return { bench: 'hl7-ceiling', figures, peers: [], notes };
}

async function hapi(): Promise<Receiver | null> {
  const classPath = hapiClassPath();
  if (classPath === null) return null;
  const [port = 0] = await freePorts(1);
  const args = ['-Xmx512m', '-cp', classPath, 'HapiReceive', String(port), 'quiet'];
  const program = await PeerProgram.start('java', args, { ready: 'listening' });
  return { name: 'hapi', port, pid: program.pid, stop: () => program.stop() };
}

async function echo(name: string, what: string, where: string): Promise<Receiver> {
  const [port = 0] = await freePorts(1);
  const script = join(import.meta.dirname, 'peers', 'mllp-echo.js');
  const program = await PeerProgram.start(process.execPath, [script, String(port), what, where], {
    ready: 'listening',
  });
  return { name, port, pid: program.pid, stop: () => program.stop() };
}

async function gateway(brokers: readonly string[]): Promise<Receiver> {
  const process = await GatewayProcess.start('hl7-gateway', brokers, { LOG_LEVEL: 'info' });
  return { name: 'interleave', port: process.port, pid: process.pid, stop: () => process.stop() };
}

/** Messages that were never sent before, and how many there were. */
function source(): (() => Buffer) & { count: number } {
  const run = Date.now().toString(36).toUpperCase().slice(-5);
  const next = () => hl7Report(run, next.count++);
  next.count = 0;
  return next;
}
