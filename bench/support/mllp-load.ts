import { setTimeout as sleep } from 'node:timers/promises';
import { MllpSender } from '../../clients/mllp-sender.ts';
import { percentile } from './percentile.ts';

export interface Load {
  perSecond: number;
  p50: number;
  p99: number;
}

export interface LoadOptions {
  port: number;
  connections: number;
  seconds: number;
  /** a message that was never sent before */
  next: () => Buffer;
}

/**
 * As fast as it goes: each connection sends a message, waits for its positive answer, sends the next, as an interface
 * engine does. The first tenth of the time warms up and is not counted. Times in ms.
 */
export async function saturate({ port, connections, seconds, next }: LoadOptions): Promise<Load> {
  const senders = await connect(port, connections);
  const begin = performance.now() + seconds * 100;
  const end = begin + seconds * 1000;
  const times: number[] = [];
  await Promise.all(
    senders.map(async (sender) => {
      for (;;) {
        const message = next();
        const sentAt = performance.now();
        await accepted(sender, message);
        const now = performance.now();
        if (now >= end) return;
        if (sentAt >= begin) times.push(now - sentAt);
      }
    }),
  );
  await close(senders);
  return { perSecond: times.length / seconds, p50: percentile(times, 0.5), p99: percentile(times, 0.99) };
}

/**
 * At a rate, on a fixed clock: a message has its moment whether or not the ones before were answered, and its time counts
 * from there, so that a stall counts for each message that it held up. Times in ms.
 */
export async function atRate(options: LoadOptions & { rate: number }): Promise<Load> {
  const { port, connections, seconds, rate, next } = options;
  const senders = await connect(port, connections);
  const warmUp = rate;
  const count = Math.round(rate * seconds);
  const times: number[] = [];
  const open: Promise<void>[] = [];
  const started = performance.now();
  for (let n = 0; n < warmUp + count; n++) {
    const due = started + (n * 1000) / rate;
    const wait = due - performance.now();
    if (wait > 1) await sleep(wait);
    const sender = senders[n % senders.length];
    if (sender === undefined) continue;
    open.push(
      accepted(sender, next()).then(() => {
        if (n >= warmUp) times.push(performance.now() - due);
      }),
    );
  }
  await Promise.all(open);
  const perSecond = (warmUp + count) / ((performance.now() - started) / 1000);
  await close(senders);
  return { perSecond, p50: percentile(times, 0.5), p99: percentile(times, 0.99) };
}

async function accepted(sender: MllpSender, message: Buffer): Promise<void> {
  const answer = await sender.send(message);
  if (!answer.accepted)
    throw new Error(`a message was answered with ${answer.code} ${answer.applicationCode}`);
}

function connect(port: number, connections: number): Promise<MllpSender[]> {
  const options = { host: '127.0.0.1', port, timeoutMs: 30_000 };
  return Promise.all(Array.from({ length: connections }, () => MllpSender.connect(options)));
}

async function close(senders: readonly MllpSender[]): Promise<void> {
  await Promise.all(senders.map((sender) => sender.close()));
}
