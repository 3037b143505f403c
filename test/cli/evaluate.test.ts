import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { csvLine } from '../../evaluation/csv.ts';
import { reportHalf } from '../../evaluation/report-halves.ts';
import { CLASSES } from '../../evaluation/score.ts';
import { runCli } from '../support/cli.ts';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interleave-evaluate-'));
});
after(() => rm(folder, { recursive: true, force: true }));

/** A table with gold: 60 reports, each with an effusion or without, and every sixth coded otherwise than it says. */
async function goldTable(): Promise<string> {
  const file = join(folder, 'gold.csv');
  const header = ['report_id', 'indication', 'comparison', 'findings', 'impression', 'has_gold'];
  const lines = [csvLine([...header, ...CLASSES.map((name) => `gold_${name}`)])];
  for (let i = 0; i < 60; i++) {
    const has = i % 2 === 0;
    const findings = `${has ? 'Small pleural effusion' : 'No pleural effusion'} on film number ${i}.`;
    const coded = i % 6 === 0 ? !has : has;
    const gold = CLASSES.map((name) => (name === 'Effusion' && coded ? '1' : '0'));
    lines.push(csvLine([`r${i}`, 'Cough.', '', findings, '', '1', ...gold]));
  }
  lines.push(csvLine(['uncoded', '', '', 'Effusion.', '', '0', ...CLASSES.map(() => '')]));
  await writeFile(file, lines.join(''));
  return file;
}

test('evaluate labeler: figures by name, of both halves, with intervals, and the difference to a peer', async () => {
  const gold = await goldTable();
  const peer = join(folder, 'peer.csv');
  await writeFile(peer, `report_id,Effusion\n${Array.from({ length: 60 }, (_, i) => `r${i},1\n`).join('')}`);
  const wrong = join(folder, 'wrong.csv');
  const args = [
    'evaluate',
    'labeler',
    '--gold',
    gold,
    '--peer',
    peer,
    '--resamples',
    '200',
    '--disagreements',
    wrong,
  ];
  const { code, stdout } = await runCli([...args, '--json']);
  assert.equal(code, 0);
  const it = JSON.parse(stdout);
  // 20 rightly positive, 10 wrongly, none missed
  assert.equal(it.reports, 60);
  assert.equal(it.micro_f1, 0.8);
  assert.equal(it.macro_f1, 0.8);
  assert.equal(it.full_report_micro_f1, 0.8);
  assert.ok(it.micro_f1_ci95[0] < 0.8 && it.micro_f1_ci95[1] > 0.8);
  assert.equal(it.reports_dev + it.reports_test, 60);
  assert.equal(typeof it.micro_f1_dev, 'number');
  assert.equal(typeof it.micro_f1_test, 'number');
  assert.equal(it.baselines.mention_only_micro_f1, 0.5);
  assert.deepEqual(
    [it.per_class.Effusion.tp, it.per_class.Effusion.fp, it.per_class.Effusion.fn],
    [20, 10, 0],
  );
  assert.equal(it.peers[0].micro_f1, 0.5);
  assert.equal(it.peers[0].per_class.Effusion.f1, 0.5);
  assert.ok(Math.abs(it.peers[0].difference.value - 0.3) < 1e-12);
  assert.ok(it.peers[0].difference.ci95[0] > 0);

  const lines = (await readFile(wrong, 'utf8')).trim().split('\n').slice(1);
  assert.ok(lines.length > 0 && lines.length < 10, 'those of one half');
  for (const line of lines) {
    const findings = line.split(',')[4] ?? '';
    assert.equal(reportHalf({ findings, impression: '' }), 'dev');
  }
  const people = await runCli(args);
  assert.match(people.stdout, /micro-F1 +\.800/);
  assert.match(people.stdout, /Effusion +20 +20 +10 +0 +\.667 +1\.000 +\.800/);
  assert.match(people.stdout, /ours minus theirs +\.300/);
});

test('evaluate negation, lesions and sentences: one object for programs, a table for people', async () => {
  const kit = join(folder, 'kit.csv');
  await writeFile(
    kit,
    'condition,sentence,negation,temporality,experiencer\ngout,No GOUT.,Negated,Recent,Patient\nrales,RALES.,Affirmed,Recent,Patient\n',
  );
  const negation = JSON.parse((await runCli(['evaluate', 'negation', '--kit', kit, '--json'])).stdout);
  assert.equal(negation.negation_f1, 1);
  assert.equal(negation.rows, 2);
  assert.match((await runCli(['evaluate', 'negation', '--kit', kit])).stdout, /negated +1 +0 +0 +1\.000/);

  const lesions = join(folder, 'lesions.jsonl');
  await writeFile(lesions, `${JSON.stringify({ text: 'Mass.', expanded_terms: ['mass'] })}\n`);
  await writeFile(
    join(folder, 'lesion_ontology.csv'),
    'id,class,term,synonyms,term_parents\n1,type,mass,mass,\n',
  );
  const groups = JSON.parse(
    (await runCli(['evaluate', 'lesions', '--kit', lesions, '--json'])).stdout,
  ).groups;
  assert.equal(groups.type.f1, 1);

  const hard = join(folder, 'hard.json');
  await writeFile(hard, JSON.stringify([{ text: 'No effusion.', read: 'effusion-', about: 'denial' }]));
  const people = await runCli(['evaluate', 'sentences', '--kit', hard]);
  assert.match(people.stdout, /^1 of 1 sentences right/);
});

test('evaluate refuses what it cannot score', async () => {
  const file = join(folder, 'in.csv');
  await writeFile(file, 'report_id,findings\n1,x\n');
  for (const [args, expected, words] of [
    [['labeler'], 2, /--gold IN\.csv/],
    [['labeler', '--gold', file], 1, /has no columns .*has_gold.*TABLE_UNREADABLE/],
    [['labeler', '--gold', file, '--resamples', '0'], 1, /TABLE_UNREADABLE/],
    [['negation'], 2, /--kit FILE\.csv/],
    [['negation', '--kit', file], 1, /no columns condition, sentence, negation/],
    [['lesions'], 2, /--kit hand_labeled\.jsonl/],
    [['sentences', '--kit', file], 1, /no list of .* TABLE_UNREADABLE|TABLE_UNREADABLE/],
    [['weather'], 2, /Say what to evaluate: labeler/],
    [[], 2, /Say what to evaluate/],
  ] as const) {
    const { code, stderr } = await runCli(['evaluate', ...args]);
    assert.equal(code, expected, args.join(' '));
    assert.match(stderr, words);
  }
});
