import { setTimeout as sleep } from 'node:timers/promises';
import { SearchClient } from '../harness/search-client.ts';
import { System } from '../harness/system.ts';
import { SENTENCE_BUNDLE } from '../models/packaged-bundles.ts';
import { atLeast, atMost, type BenchOptions, type BenchResult, figure } from './bench-result.ts';
import { BenchCases } from './support/bench-cases.ts';
import { CaseSender } from './support/case-sender.ts';
import { CompletionWatch } from './support/completion-watch.ts';
import { type CpuShares, cpuShares, describeShares } from './support/cpu-shares.ts';
import { largestLag } from './support/largest-lag.ts';
import { percentile } from './support/percentile.ts';
import { serveTextBundleAlone } from './support/text-bundle-alone.ts';

const LATENCY_RATE = 2;
const SECONDS = 60;
/** Tried from the first upwards while they hold, else downwards. */
const RATES = [2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16];
const FIRST_RATE = 8;
/** What is asked of it. */
const AIMS = { p95: 1.5, sustained: 12 };
const WARM_UP_CASES = 12;

/**
 * From the last acknowledgement of a case (its final report and 1 to 3 images) until a search through the API returns
 * it whole: the report in its version, every image embedded. Everything runs on this machine: the sender, Kafka,
 * Elasticsearch and the seven services. The API is asked every 100 ms, which is part of the time. `--seconds 60` for each rate,
 * `--rate 8` the first that is tried, `--text-bundle B` to have that text encoder serve alone.
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
    const cases = new BenchCases(options.say);
    const textBundle = options.values['text-bundle'] ?? SENTENCE_BUNDLE.name;
    if (textBundle !== SENTENCE_BUNDLE.name) await serveTextBundleAlone(system, textBundle);
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
    let shares = '';
    const first = Number(options.values['rate'] ?? FIRST_RATE);
    let holdsAt = await holds(first);
    for (
      let i = RATES.indexOf(first) + (holdsAt ? 1 : -1);
      i >= 0 && i < RATES.length;
      i += holdsAt ? 1 : -1
    ) {
      const rate = RATES[i] ?? 0;
      const before = holdsAt;
      holdsAt = await holds(rate);
      if (before !== holdsAt) break;
    }

    async function holds(rate: number): Promise<boolean> {
      const result = await feed(system, search, cases, { rate, count: rate * seconds, say: options.say });
      const kept = result.sentRate >= rate * 0.97 && result.backlogAtEnd <= result.backlogAtHalf + rate * 1.5;
      options.say(`${rate}/s: ${describeShares(result.shares)}`);
      options.say(
        `${rate}/s: sent ${result.sentRate.toFixed(2)}/s, waiting ${result.backlogAtHalf} at half time, ${result.backlogAtEnd} at the end: ${kept ? 'holds' : 'does not hold'}; largest lag: ${result.largestLag}`,
      );
      if (kept && rate > sustained) {
        sustained = rate;
        shares = describeShares(result.shares);
      }
      if (!kept)
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
        `text encoder: ${textBundle}`,
        `limit: ${limit}`,
        `at ${sustained} cases/s: ${shares}`,
        `latency: ${latency.delays.length} cases at ${LATENCY_RATE}/s, ${(latency.images / latency.delays.length).toFixed(2)} images a case, refresh_interval 1 s, asked every 100 ms`,
      ],
      figures: [
        figure('ack_to_findable_p50_s', p50, 's'),
        atMost('ack_to_findable_p95_s', p95, 's', AIMS.p95),
        atLeast('sustained_cases_per_s', sustained, 'cases/s', AIMS.sustained),
      ],
      peers: [],
    };
  } finally {
    await system.stop();
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
  /** while it was sent */
  shares: CpuShares;
}

/** Sends cases at a rate, on a fixed clock, and waits until all are found. */
async function feed(
  system: System,
  search: SearchClient,
  source: BenchCases,
  { rate, count, say }: { rate: number; count: number; say: (line: string) => void },
): Promise<FeedResult> {
  // Drawn ahead of time, so that drawing takes nothing from the measurement.
  const cases = source.take(count);
  const sender = new CaseSender(system.instance);
  const watch = new CompletionWatch(search);
  const pending: Promise<void>[] = [];
  let backlogAtHalf = 0;
  const used = cpuShares(system.instance);
  const started = performance.now();
  for (const [i, simulated] of cases.entries()) {
    await sleep(Math.max(0, started + (i * 1000) / rate - performance.now()));
    pending.push(sender.send(simulated).then((acknowledgedAt) => watch.expect(simulated, acknowledgedAt)));
    if (i === Math.floor(count / 2)) backlogAtHalf = watch.waiting + (i + 1 - watch.expected);
  }
  await Promise.all(pending);
  const sentRate = count / ((performance.now() - started) / 1000);
  const backlogAtEnd = watch.waiting;
  const shares = used();
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
    shares,
  };
}
