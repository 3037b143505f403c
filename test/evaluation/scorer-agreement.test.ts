import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { csvLine, parseCsv } from '../../evaluation/csv.ts';
import { evaluateLabeler } from '../../evaluation/evaluate-labeler.ts';
import { isGold } from '../../evaluation/gold.ts';
import { joinedText, labelCells } from '../../evaluation/report-rows.ts';
import { CLASSES } from '../../evaluation/score.ts';
import { missing, SHARED, sharedData } from '../../harness/shared-data.ts';

const SET = 'reports_iu_cxr_NC-ND';
const scorer = join(SHARED, 'tools', 'score-labeler.py');
const skip = missing(SET, 'reports.csv') || withoutScorer();
const folder = mkdtempSync(join(tmpdir(), 'interleave-score-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('micro, macro, every class and the interval are those of the independent scorer', { skip }, () => {
  const gold = sharedData(SET, 'reports.csv');
  const rows = parseCsv(readFileSync(gold, 'utf8'));
  const predictions = join(folder, 'predictions.csv');
  const lines = rows
    .filter(isGold)
    .map((row) => csvLine([row['report_id'] ?? '', ...labelCells(joinedText(row))]));
  writeFileSync(predictions, csvLine(['report_id', ...CLASSES]) + lines.join(''));

  const ours = evaluateLabeler(rows);
  const args = [scorer, '--gold', gold, '--pred', predictions, '--json'];
  const theirs = JSON.parse(python([...args, '--bootstrap', '1000'])) as Scores;
  near(ours.micro_f1, theirs.micro.f1, 'micro');
  near(ours.macro_f1, theirs.macro.f1, 'macro');
  assert.ok(theirs.micro.f1_ci95);
  near(ours.micro_f1_ci95[0], theirs.micro.f1_ci95[0], 'lower end');
  near(ours.micro_f1_ci95[1], theirs.micro.f1_ci95[1], 'upper end');
  for (const name of CLASSES) {
    const { tp, fp, fn } = ours.per_class[name] ?? assert.fail(name);
    const { tp: tp2, fp: fp2, fn: fn2 } = theirs.per_class[name] ?? assert.fail(name);
    assert.deepEqual([name, tp, fp, fn], [name, tp2, fp2, fn2]);
  }
  const generous = JSON.parse(python([...args, '--uncertain', '1'])) as Scores;
  near(ours.uncertain_present_micro_f1, generous.micro.f1, 'uncertain as present');
});

interface Scores {
  micro: { f1: number; f1_ci95?: [number, number] };
  macro: { f1: number };
  per_class: Record<string, { tp: number; fp: number; fn: number }>;
}

function near(a: number, b: number, what: string): void {
  assert.ok(Math.abs(a - b) < 1e-12, `${what}: ${a} and ${b}`);
}

function python(args: string[]): string {
  const { status, stdout, stderr } = spawnSync('python3', args, { encoding: 'utf8', maxBuffer: 1 << 24 });
  assert.equal(status, 0, stderr);
  return stdout;
}

function withoutScorer(): string | false {
  if (!existsSync(scorer)) return 'SKIPPED: the independent scorer tools/score-labeler.py is not here';
  return spawnSync('python3', ['--version']).status === 0 ? false : 'SKIPPED: there is no python3';
}
