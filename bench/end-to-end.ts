import { setTimeout as sleep } from 'node:timers/promises';
import { SearchClient } from '../harness/search-client.ts';
import { System } from '../harness/system.ts';
import { type SimulatedCase, simulateCase } from '../simulator/case.ts';
import { type BenchOptions, type BenchResult, figure } from './bench-result.ts';
import { CaseSender } from './support/case-sender.ts';
import { CompletionWatch } from './support/completion-watch.ts';
import { largestLag } from './support/largest-lag.ts';
import { percentile } from './support/percentile.ts';

const SEED = 11;
const LATENCY_RATE = 2;
const SECONDS = 60;
/** Tried from the first upwards while they hold, else downwards. */
const RATES = [2, 3, 4, 5, 6, 7, 8, 10, 12];
const FIRST_RATE = 5;
const WARM_UP_CASES = 12;

/**
 * From the last acknowledgement of a case (its final report and 1 to 3 images) until a search through the API returns
 * it whole: the report in its version, every image embedded. Everything runs on this machine: the sender, Kafka,
 * Elasticsearch and the seven services. The API is asked every 100 ms, which is part of the time.
 */
export async function run(options: BenchOptions): Promise<BenchResult> {
  const seconds = Number(options.values['seconds'] ?? SECONDS);
  options.say('starting the system …');
  const system = await System.start();
  try {
    const search = new SearchClient(system.instance.page);
    const backend = /interleave_inference_backend\{[^}]*backend="([^"]+)"/.exec(
      await system.metrics('inference'),
    )?.[1];
    const cases = new CaseSource(options.say);
    await feed(system, search, cases, { rate: 1, count: WARM_UP_CASES, say: options.say });

    const latency = await feed(system, search, cases, {
      rate: LATENCY_RATE,
      count: LATENCY_RATE * seconds,
      say: options.say,
    });
    const p50 = percentile(latency.delays, 0.5);
    const p95 = percentile(latency.delays, 0.95);

    let sustained = 0;
    let limit = 'none found';
    const start = RATES.indexOf(FIRST_RATE);
    let holdsAt = await holds(FIRST_RATE);
    for (let i = start + (holdsAt ? 1 : -1); i >= 0 && i < RATES.length; i += holdsAt ? 1 : -1) {
      const rate = RATES[i] ?? 0;
      const before = holdsAt;
      holdsAt = await holds(rate);
      if (before !== holdsAt) break;
    }

    async function holds(rate: number): Promise<boolean> {
      const result = await feed(system, search, cases, { rate, count: rate * seconds, say: options.say });
      const kept = result.sentRate >= rate * 0.97 && result.backlogAtEnd <= result.backlogAtHalf + rate * 1.5;
      options.say(
        `${rate}/s: sent ${result.sentRate.toFixed(2)}/s, waiting ${result.backlogAtHalf} at half time, ${result.backlogAtEnd} at the end: ${kept ? 'holds' : 'does not hold'}; largest lag: ${result.largestLag}`,
      );
      if (kept) sustained = Math.max(sustained, rate);
      else
        limit =
          result.sentRate < rate * 0.97
            ? 'the gateways (acknowledgements came too slowly)'
            : result.largestLag;
      return kept;
    }

    return {
      bench: 'end-to-end',
      notes: [
        `backend: ${backend ?? 'unknown'}`,
        `limit: ${limit}`,
        `latency: ${latency.delays.length} cases at ${LATENCY_RATE}/s, ${(latency.images / latency.delays.length).toFixed(2)} images a case, refresh_interval 1 s, asked every 100 ms`,
      ],
      figures: [
        figure('ack_to_findable_p50_s', p50, 's'),
        { name: 'ack_to_findable_p95_s', value: p95, unit: 's', aim: '<= 3', met: p95 <= 3 },
        {
          name: 'sustained_cases_per_s',
          value: sustained,
          unit: 'cases/s',
          aim: '>= 5',
          met: sustained >= 5,
        },
      ],
      peers: [],
    };
  } finally {
    await system.stop();
  }
}

/** Cases drawn ahead of time, so that drawing takes nothing from the measurement. */
class CaseSource {
  #next = 1;
  readonly #say: (line: string) => void;

  constructor(say: (line: string) => void) {
    this.#say = say;
  }

  take(count: number): SimulatedCase[] {
    this.#say(`drawing ${count} cases …`);
    return Array.from({ length: count }, () => simulateCase(SEED, this.#next++));
  }
}

interface FeedResult {
  /** seconds from the last acknowledgement until found, a case */
  delays: number[];
  images: number;
  sentRate: number;
  /** acknowledged cases that are not yet found */
  backlogAtHalf: number;
  backlogAtEnd: number;
  largestLag: string;
}

/** Sends cases at a rate, on a fixed clock, and waits until all are found. */
async function feed(
  system: System,
  search: SearchClient,
  source: CaseSource,
  { rate, count, say }: { rate: number; count: number; say: (line: string) => void },
): Promise<FeedResult> {
  const cases = source.take(count);
  const sender = new CaseSender(system.instance);
  const watch = new CompletionWatch(search);
  const pending: Promise<void>[] = [];
  let backlogAtHalf = 0;
  const started = performance.now();
  for (const [i, simulated] of cases.entries()) {
    await sleep(Math.max(0, started + (i * 1000) / rate - performance.now()));
    pending.push(sender.send(simulated).then((acknowledgedAt) => watch.expect(simulated, acknowledgedAt)));
    if (i === Math.floor(count / 2)) backlogAtHalf = watch.waiting + (i + 1 - watch.expected);
  }
  await Promise.all(pending);
  const sentRate = count / ((performance.now() - started) / 1000);
  const backlogAtEnd = watch.waiting;
  const lag = await largestLag(system.instance);
  await watch.allFound((found) => say(`${found} of ${count} found`));
  await sender.close();
  return {
    delays: watch.delays,
    images: cases.reduce((sum, simulated) => sum + simulated.images.length, 0),
    sentRate: Math.min(rate, sentRate * (count / Math.max(1, count - 1))),
    backlogAtHalf,
    backlogAtEnd,
    largestLag: lag,
  };
}
