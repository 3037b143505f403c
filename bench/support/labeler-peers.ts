import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { csvLine } from '../../evaluation/csv.ts';
import { CLASSES } from '../../evaluation/score.ts';
import { sharedData } from '../../harness/shared-data.ts';
import { projectRoot } from '../../platform/process/project-root.ts';
import type { BenchReport } from './bench-reports.ts';

export const TOOLS = ['medspacy', 'negspacy', 'negex'] as const;
export type Tool = (typeof TOOLS)[number];

export interface PeerRun {
  version: string;
  settings: string;
  reports: number;
  load_s: number;
  seconds: number;
  /** its labels as a table for `interleave evaluate labeler --peer` */
  labels: string;
}

/** The program cannot be measured here, and why. */
export class NotMeasured extends Error {}

const run = promisify(execFile);
const peersFolder = () => join(projectRoot(), '.interleave', 'peers', 'labelers');
const triggers = () =>
  sharedData('nlp_lexicons', 'negex', 'GeneralNegEx.Java.v.1.2.05092009', 'negex_triggers.txt');

/** Gets the Python packages where they are missing. @throws NotMeasured where they cannot be got */
export async function fetchPackages(say: (line: string) => void): Promise<void> {
  if (!existsSync(peersFolder())) say('getting medspaCy and negspaCy (about 270 MB) …');
  const script = join(projectRoot(), 'scripts', 'bootstrap', 'fetch-labeler-peers.mjs');
  await run(process.execPath, [script]).catch((error: { stderr?: string; message: string }) => {
    throw new NotMeasured((error.stderr ?? error.message).trim().split('\n').at(-1) ?? '');
  });
}

/** Runs one program over the reports, alone and on one thread. @throws NotMeasured */
export async function runPeer(
  tool: Tool,
  reports: readonly BenchReport[],
  folder: string,
  tables: string = folder,
): Promise<PeerRun> {
  if (tool === 'negex' && !existsSync(triggers()))
    throw new NotMeasured('the published NegEx triggers are not in the shared data');
  const [input, output] = [join(folder, 'reports.jsonl'), join(folder, `${tool}.jsonl`)];
  writeFileSync(
    input,
    reports.map(({ id, text }) => `${JSON.stringify({ report_id: id, text })}\n`).join(''),
    { mode: 0o600 },
  );
  const sources = join(projectRoot(), 'bench', 'peers');
  const args = [join(sources, 'peer.py'), tool, '--reports', input, '--out', output];
  const data = ['--lexicon', join(sources, 'lexicon.json'), '--triggers', triggers()];
  const env = { ...process.env, PYTHONPATH: peersFolder(), PYTHONDONTWRITEBYTECODE: '1' };
  const { stdout } = await run('python3', [...args, ...data], { env, maxBuffer: 1 << 24 }).catch(
    (error: { stderr?: string; message: string }) => {
      throw new NotMeasured((error.stderr ?? error.message).trim().split('\n').at(-1) ?? '');
    },
  );
  const summary = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Omit<PeerRun, 'labels'>;
  return { ...summary, labels: labelTable(join(tables, `${tool}.csv`), output) };
}

/** Where the bench leaves their labels, for `interleave evaluate labeler --peer`; git ignores it. */
export const labelsFolder = () => join(projectRoot(), '.interleave', 'peers', 'labels');

/** Its labels in the columns that `interleave label` writes. */
function labelTable(file: string, output: string): string {
  const lines = readFileSync(output, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const { report_id, labels } = JSON.parse(line) as { report_id: string; labels: Record<string, number> };
      return csvLine([report_id, ...CLASSES.map((name) => String(labels[name] ?? ''))]);
    });
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, csvLine(['report_id', ...CLASSES]) + lines.join(''));
  return file;
}
