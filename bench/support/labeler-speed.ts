import { closeSync, openSync, writeSync } from 'node:fs';
import { type Profiler, Session } from 'node:inspector/promises';
import { basename } from 'node:path';
import { readReport } from '../../core/text/reading.ts';
import { reportLabels } from '../../core/text/report-labels.ts';
import type { BenchReport } from './bench-reports.ts';
import { percentile } from './percentile.ts';

export interface Speed {
  /** median over the passes after those that warm up */
  perSecond: number;
  slowest: number;
  fastest: number;
  /** the first pass, while the code is still being compiled by the engine */
  firstPass: number;
  passes: number;
}

/**
 * Reads all reports again and again in this thread for some seconds and writes their labels as JSON lines, as the peers
 * do. Each pass reads every report once.
 */
export function measureSpeed(reports: readonly BenchReport[], file: string, seconds: number): Speed {
  const rates: number[] = [];
  const end = performance.now() + seconds * 1000;
  do rates.push(onePass(reports, file));
  while (performance.now() < end || rates.length < MIN_PASSES);
  const [firstPass = 0] = rates;
  const warm = rates.slice(WARM_UP_PASSES);
  return {
    perSecond: percentile(warm, 0.5),
    slowest: Math.min(...warm),
    fastest: Math.max(...warm),
    firstPass,
    passes: warm.length,
  };
}

/** Passes in which the engine still compiles; they do not count. */
const WARM_UP_PASSES = 3;
const MIN_PASSES = WARM_UP_PASSES + 3;

/** Reports per second of one pass. */
function onePass(reports: readonly BenchReport[], file: string): number {
  const start = performance.now();
  const out = openSync(file, 'w');
  let lines = '';
  for (const { id, parts } of reports) {
    const labels = Object.fromEntries(reportLabels(readReport(parts).findings));
    lines += `${JSON.stringify({ report_id: id, labels })}\n`;
    if (lines.length > WRITE_AT) {
      writeSync(out, lines);
      lines = '';
    }
  }
  writeSync(out, lines);
  closeSync(out);
  return reports.length / ((performance.now() - start) / 1000);
}

const WRITE_AT = 64 * 1024;

/** Where the time goes: the share of each source file in samples of the running code, the largest first. */
export async function profile(reports: readonly BenchReport[], file: string): Promise<[string, number][]> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: 200 });
  await session.post('Profiler.start');
  for (let pass = 0; pass < PROFILED_PASSES; pass++) onePass(reports, file);
  const { profile: taken } = await session.post('Profiler.stop');
  session.disconnect();
  return shares(taken);
}

const PROFILED_PASSES = 5;

function shares({ nodes, samples = [] }: Profiler.Profile): [string, number][] {
  const fileOf = new Map(nodes.map(({ id, callFrame }) => [id, placeOf(callFrame)]));
  const counts = new Map<string, number>();
  for (const id of samples) {
    const place = fileOf.get(id) ?? '(unknown)';
    counts.set(place, (counts.get(place) ?? 0) + 1);
  }
  return [...counts]
    .map(([place, count]): [string, number] => [place, count / Math.max(1, samples.length)])
    .sort((a, b) => b[1] - a[1]);
}

function placeOf({ functionName, url }: { functionName: string; url: string }): string {
  if (url === '') return functionName.startsWith('(') ? functionName : '(engine)';
  if (url.startsWith('node:')) return '(node)';
  return basename(url).replace(/\.(?:js|ts)$/, '.ts');
}
