import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { benchReports } from '../../bench/support/bench-reports.ts';
import { NotMeasured, runPeer, TOOLS } from '../../bench/support/labeler-peers.ts';
import { measureSpeed } from '../../bench/support/labeler-speed.ts';
import { missing } from '../../harness/shared-data.ts';
import { projectRoot } from '../../platform/process/project-root.ts';

const folder = mkdtempSync(join(tmpdir(), 'interleave-bench-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const REPORTS = ['No effusion. Possible pneumonia.', 'Large pneumothorax.'].map((text, n) => ({
  id: `r${n}`,
  text,
  parts: [{ section: null, text }],
}));

test('a measured pass reads every report and writes its labels', () => {
  const file = join(folder, 'own.jsonl');
  const speed = measureSpeed(REPORTS, file, 0);
  assert.ok(speed.perSecond > 0 && speed.passes >= 3);
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  assert.deepEqual(
    lines.map((line) => JSON.parse(line)),
    [
      { report_id: 'r0', labels: { effusion: 'ABSENT', pneumonia: 'UNCERTAIN' } },
      { report_id: 'r1', labels: { pneumothorax: 'PRESENT' } },
    ],
  );
});

test('without the real reports the bench says that it measured simulated ones', () => {
  const { reports, about, rows } = benchReports();
  assert.ok(reports.length > 2_000);
  assert.equal(rows === null, /SIMULATED/.test(about));
});

test('the lexicon of the peers is well formed', () => {
  const lexicon = JSON.parse(readFileSync(join(projectRoot(), 'bench', 'peers', 'lexicon.json'), 'utf8'));
  for (const [phrase, kind, way] of lexicon.cues) {
    assert.match(phrase, /^[a-z ]+$/);
    assert.ok(['NEGATED', 'POSSIBLE', 'PSEUDO'].includes(kind), phrase);
    assert.ok(['FORWARD', 'BACKWARD'].includes(way), phrase);
  }
  for (const patterns of Object.values<string[]>(lexicon.targets))
    for (const pattern of patterns) assert.doesNotThrow(() => new RegExp(pattern));
});

test('a plain NegEx reads a denial and a doubt', { skip: missing('nlp_lexicons', 'negex') }, async (t) => {
  assert.ok(TOOLS.includes('negex'));
  try {
    const run = await runPeer('negex', REPORTS, folder);
    assert.equal(run.reports, 2);
    const [header = '', first = ''] = readFileSync(run.labels, 'utf8').split('\n');
    const cell = (name: string) => first.split(',')[header.split(',').indexOf(name)];
    assert.deepEqual([cell('Effusion'), cell('Pneumonia'), cell('Pneumothorax')], ['0', '-1', '']);
  } catch (error) {
    if (!(error instanceof NotMeasured)) throw error;
    t.skip(`SKIPPED: ${error.message}`);
  }
});
