import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LABELER } from '../core/text/labeler-version.ts';
import { parseCsv } from '../evaluation/csv.ts';
import { evaluateLabeler } from '../evaluation/evaluate-labeler.ts';
import { peerLabels } from '../evaluation/gold.ts';
import {
  atLeast,
  type BenchOptions,
  type BenchResult,
  type Figure,
  figure,
  type Peer,
} from './bench-result.ts';
import { type BenchReports, benchReports } from './support/bench-reports.ts';
import {
  fetchPackages,
  labelsFolder,
  NotMeasured,
  runPeer,
  TOOLS,
  type Tool,
} from './support/labeler-peers.ts';
import { measureService } from './support/labeler-service.ts';
import { measureSpeed, profile } from './support/labeler-speed.ts';

const SECONDS = 10;
const SERVICE_REPORTS = 1_000;
const AIMS = { reports: 10_000, medspacy: 50 };
const TITLES: Readonly<Record<Tool, string>> = {
  medspacy: 'medspaCy',
  negspacy: 'negspaCy',
  negex: 'NegEx',
};

/**
 * Reports per second of the labeler in one thread, beside medspaCy, negspaCy and a plain NegEx over the same reports, one
 * after the other; and of its service from topic to topic. `--seconds 10`, `--service-reports 1000` (0: without it),
 * `--peers no`, `--text-bundle B` (the service's only text encoder). What cannot be measured is said in the notes and has no figure.
 */
export async function run({ values, say }: BenchOptions): Promise<BenchResult> {
  const given = benchReports();
  const { reports, about } = given;
  const folder = mkdtempSync(join(tmpdir(), 'interleave-bench-'));
  const notes = [`${reports.length} reports: ${about}`, `labeler ${LABELER.hash.slice(0, 12)}`];
  try {
    say(`${reports.length} reports in this thread …`);
    const own = join(folder, 'interleave.jsonl');
    const speed = measureSpeed(reports, own, Number(values['seconds'] ?? SECONDS));
    notes.push(
      `reports_per_s: median of ${speed.passes} passes (${round(speed.slowest)} to ${round(speed.fastest)}); the first pass, while the engine compiles: ${round(speed.firstPass)}`,
      `where the time goes: ${(await profile(reports, own))
        .slice(0, 10)
        .map(([place, share]) => `${place} ${(share * 100).toFixed(0)} %`)
        .join(', ')}`,
    );
    const peers: Peer[] = [];
    const ratios: Figure[] = [];
    if (values['peers'] !== 'no')
      for (const tool of TOOLS) {
        const measured = await measurePeer(tool, given, folder, say);
        if (typeof measured === 'string') {
          say(`${TITLES[tool]}: NOT MEASURED (${measured})`);
          notes.push(`${TITLES[tool]}: not measured (${measured})`);
          continue;
        }
        peers.push(measured.peer);
        ratios.push(ratio(tool, speed.perSecond / measured.perSecond));
      }
    const serviceReports = Number(values['service-reports'] ?? SERVICE_REPORTS);
    const service =
      serviceReports > 0
        ? [await serviceFigure(given, serviceReports, values['text-bundle'] ?? null, say)]
        : [];
    return {
      bench: 'labeler',
      figures: [
        atLeast('reports_per_s', speed.perSecond, 'reports/s', AIMS.reports),
        figure('reports_per_s_first_pass', speed.firstPass, 'reports/s'),
        ...ratios,
        ...service,
      ],
      peers,
      notes,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Its figures, or why there are none. */
async function measurePeer(
  tool: Tool,
  { reports, rows }: BenchReports,
  folder: string,
  say: (line: string) => void,
): Promise<{ peer: Peer; perSecond: number } | string> {
  try {
    if (tool !== 'negex') await fetchPackages(say);
    say(`${TITLES[tool]} …`);
    const result = await runPeer(tool, reports, folder, labelsFolder());
    const perSecond = result.reports / result.seconds;
    const scores: Figure[] = [];
    if (rows !== null) {
      const labels = peerLabels(tool, parseCsv(readFileSync(result.labels, 'utf8')));
      const [scored] = evaluateLabeler(rows, { peers: [labels], resamples: 1 }).peers;
      scores.push(
        figure('micro_f1', scored?.micro_f1 ?? Number.NaN, ''),
        figure('micro_f1_test', scored?.micro_f1_test ?? Number.NaN, ''),
      );
    }
    const figures = [
      figure('reports_per_s', perSecond, 'reports/s'),
      figure('load_s', result.load_s, 's'),
      ...scores,
    ];
    const { version, settings } = result;
    return { peer: { name: TITLES[tool], version, settings, figures }, perSecond };
  } catch (error) {
    if (error instanceof NotMeasured) return error.message;
    throw error;
  }
}

async function serviceFigure(
  { reports }: BenchReports,
  count: number,
  textBundle: string | null,
  say: (line: string) => void,
): Promise<Figure> {
  const some = reports.filter(({ text }) => text.trim() !== '').slice(0, count);
  say(`the service, topic to topic: ${some.length} reports, vectors of ${textBundle ?? 'our own encoder'} …`);
  return figure('service_reports_per_s', await measureService(some, textBundle), 'reports/s');
}

function ratio(tool: Tool, value: number): Figure {
  const name = `ratio_to_${tool}`;
  return tool === 'medspacy' ? atLeast(name, value, '×', AIMS.medspacy) : figure(name, value, '×');
}

function round(value: number): number {
  return Math.round(value);
}
