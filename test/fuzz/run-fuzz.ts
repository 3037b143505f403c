import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../platform/process/project-root.ts';
import { Random } from '../support/random.ts';
import { mutate } from './mutate.ts';
import { type FuzzTarget, MAX_INPUT_BYTES, MAX_INPUT_MS, MAX_RESIDENT_MIB } from './target.ts';

export interface FuzzResult {
  seed: number;
  executions: number;
  seconds: number;
  /** of the processor, in these seconds */
  cpuSeconds: number;
  /** how many ways of going were seen */
  ways: number;
  /** of the processor, for one input in all its chunks */
  slowestMs: number;
  /** of the process, real files included */
  peakMib: number;
}

/** What broke a property; the input is kept in `file`. */
export class FuzzFinding extends Error {
  readonly file: string;

  constructor(target: FuzzTarget, input: Buffer, seed: number, cause: unknown) {
    const folder = join(projectRoot(), '.interleave', 'fuzz', target.name);
    const file = join(folder, createHash('sha256').update(input).digest('hex').slice(0, 16));
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, input);
    super(
      `${target.name}, seed ${seed}: ${cause instanceof Error ? cause.message : String(cause)} (${file})`,
      {
        cause,
      },
    );
    this.file = file;
  }
}

/**
 * Reads every seed as it is, then changed ones until the time is over. The same seed gives the same inputs. Rejects with
 * the first `FuzzFinding`.
 */
export async function runFuzz(
  target: FuzzTarget,
  { seconds, seed }: { seconds: number; seed: number },
): Promise<FuzzResult> {
  const random = new Random(seed);
  const corpus = [...keptSeeds(target.name), ...(await target.realSeeds())].filter(
    ({ length }) => length <= MAX_INPUT_BYTES,
  );
  const first = corpus.length;
  const ways = new Set<string>();
  const result = { seed, executions: 0, seconds, slowestMs: 0, peakMib: 0 };
  const started = process.cpuUsage();
  const end = performance.now() + seconds * 1000;
  for (let n = 0; performance.now() < end; n++) {
    const chosen =
      (n < first ? corpus[n] : undefined) ?? corpus[random.integer(0, corpus.length - 1)] ?? Buffer.alloc(0);
    const other = corpus[random.integer(0, corpus.length - 1)] ?? chosen;
    const input = n < first ? chosen : mutate(chosen, other, target, random);
    const began = process.cpuUsage();
    try {
      const way = await target.check(input, random);
      const took = cpuMs(began);
      result.slowestMs = Math.max(result.slowestMs, took);
      if (took > MAX_INPUT_MS) await slowAgain(target, input, seed);
      if (!ways.has(way) && ways.size < MAX_WAYS) {
        ways.add(way);
        if (n >= first && input.length <= MAX_KEPT_BYTES) corpus.push(input);
      }
    } catch (cause) {
      throw cause instanceof FuzzFinding ? cause : new FuzzFinding(target, input, seed, cause);
    }
    result.executions += 1;
    if (n % 256 === 0) {
      result.peakMib = process.resourceUsage().maxRSS / 1024;
      if (result.peakMib > MAX_RESIDENT_MIB)
        throw new FuzzFinding(target, input, seed, `${result.peakMib} MiB resident`);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  return { ...result, cpuSeconds: Math.round(cpuMs(started) / 1000), ways: ways.size };
}

const MAX_WAYS = 5_000;

/** Longer inputs are read, but not changed further: small ones are quicker and break as much. */
const MAX_KEPT_BYTES = 8 * 1024;

/** Of the processor: how long a busy machine makes us wait says nothing of the parser. */
function cpuMs(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
}

/** The garbage collector may have come in between: only what is slow again is a finding. */
async function slowAgain(target: FuzzTarget, input: Buffer, seed: number): Promise<void> {
  for (let tries = 0; tries < 3; tries++) {
    const began = process.cpuUsage();
    await target.check(input, new Random(seed));
    if (cpuMs(began) < MAX_INPUT_MS) return;
  }
  throw new FuzzFinding(target, input, seed, `over ${MAX_INPUT_MS} ms for ${input.length} bytes`);
}

/** Small inputs that were made by hand, and those that once broke something. */
function keptSeeds(name: string): Buffer[] {
  const folder = join(projectRoot(), 'test', 'fuzz', 'seeds', name);
  return readdirSync(folder)
    .sort()
    .map((file) => readFileSync(join(folder, file)));
}
