import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { MAX_EXPLAINED_BYTES } from '../../cli/limits.ts';
import { parseCsv } from '../../evaluation/csv.ts';
import { Cli, runCli } from '../support/cli.ts';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interleave-label-'));
});
after(() => rm(folder, { recursive: true, force: true }));

const HEADER = 'report_id,indication,comparison,findings,impression,mesh_major,gold_Mass\n';
const ROWS = [
  'a,"Cough, rule out pneumonia.",None.,"The heart is normal in size. No pneumothorax,\npleural effusion or consolidation.",Possible left lower lobe pneumonia.,Mass,1',
  'b,,,Large right pneumothorax.,"Said ""pneumothorax"".",,',
  'c,,,,,,',
].join('\n');

test('label writes 1, 0, -1 and blanks for every report, and never looks at codes beside the text', async () => {
  const [csv, out] = [join(folder, 'in.csv'), join(folder, 'out.csv')];
  await writeFile(csv, `${HEADER}${ROWS}\n`);
  const { code, stdout } = await runCli(['label', '--csv', csv, '--out', out]);
  assert.equal(code, 0);
  assert.match(stdout, /^3 reports labeled in .* s \(\d+ per second, files included\)/);
  const text = await readFile(out, 'utf8');
  assert.equal(
    text.split('\n')[0],
    'report_id,Atelectasis,Cardiomegaly,Effusion,Infiltration,Mass,Nodule,Pneumonia,Pneumothorax,Consolidation,Edema,Emphysema,Fibrosis,Pleural_Thickening,Hernia',
  );
  const [a, b, c] = parseCsv(text);
  assert.deepEqual(
    [a?.['Cardiomegaly'], a?.['Effusion'], a?.['Pneumothorax'], a?.['Pneumonia'], a?.['Mass']],
    ['0', '0', '0', '-1', ''],
  );
  assert.equal(b?.['Pneumothorax'], '1');
  assert.ok(Object.values({ ...c, report_id: '' }).every((cell) => cell === ''));

  const json = await runCli(['label', '--csv', csv, '--out', '/dev/null', '--json']);
  assert.equal(JSON.parse(json.stdout).reports, 3);
  assert.deepEqual((await readdir(folder)).sort(), ['in.csv', 'out.csv'], 'nothing half-written is left');
});

test('--long writes one line for each report and finding, of all parts of the body', async () => {
  const [csv, out] = [join(folder, 'long-in.csv'), join(folder, 'long.csv')];
  const knee = 'm,,,"Horizontal tear of the medial meniscus. No fracture.",';
  const liver =
    'l,,,Two hypodense liver lesions up to 14 x 9 mm.,No fracture. Acute fracture of the left clavicle.';
  await writeFile(csv, `report_id,indication,comparison,findings,impression\n${knee}\n${liver}\nn,,,,\n`);
  const { code, stdout } = await runCli(['label', '--csv', csv, '--out', out, '--long']);
  assert.equal(code, 0);
  assert.match(stdout, /^3 reports labeled/);
  const text = await readFile(out, 'utf8');
  assert.equal(
    text.split('\n')[0],
    'report_id,concept,name,group,assertion,sections,laterality,location,change,severity,size_mm,contradicted,rules',
  );
  const rows = parseCsv(text);
  const of = (id: string, concept: string) =>
    rows.filter((row) => row['report_id'] === id && row['concept'] === concept);
  assert.deepEqual(
    of('m', 'fracture').map((row) => [row['assertion'], row['sections'], row['contradicted'], row['group']]),
    [['ABSENT', 'FINDINGS', '0', 'bone']],
  );
  const [broken] = of('l', 'fracture');
  assert.deepEqual(
    [broken?.['assertion'], broken?.['sections'], broken?.['laterality'], broken?.['contradicted']],
    ['PRESENT', 'IMPRESSION', 'LEFT', '1'],
  );
  assert.match(broken?.['rules'] ?? '', /finding\/fracture\//);
  assert.equal(of('l', 'liver-lesion')[0]?.['size_mm'], '14');
  assert.ok(!rows.some((row) => row['report_id'] === 'n'), 'what names nothing has no line');
  assert.equal((await runCli(['label', '--explain', '--long', 'Effusion.'])).code, 2);
});

test('what is no table of reports ends with a code, and leaves no file', async () => {
  const broken = join(folder, 'broken.csv');
  const cases = [
    ['report_id,findings\n1,x\n', 1, /no columns indication, comparison, impression\. \(TABLE_UNREADABLE\)/],
    ['', 1, /is empty\. \(TABLE_UNREADABLE\)/],
    [`${HEADER}a,"never closed`, 1, /Row 1 ends inside a quotation\. \(TABLE_UNREADABLE\)/],
  ] as const;
  for (const [text, expected, words] of cases) {
    await writeFile(broken, text);
    const out = join(folder, 'none.csv');
    const { code, stderr } = await runCli(['label', '--csv', broken, '--out', out]);
    assert.equal(code, expected);
    assert.match(stderr, words);
    assert.ok(!(await readdir(folder)).some((name) => name.startsWith('none.csv')));
  }
  const csv = join(folder, 'in.csv');
  const away = await runCli(['label', '--csv', csv, '--out', join(folder, 'no', 'such', 'out.csv')]);
  assert.equal(away.code, 1);
  assert.match(away.stderr, /could not be written\. .*out\.csv \(ENOENT\)\. \(FILE_UNWRITABLE\)/);
  for (const args of [
    ['--csv', join(folder, 'absent.csv'), '--out', 'x'],
    [],
    ['--explain'],
    ['--explain', '--csv', csv, '--row', 'z'],
  ]) {
    const { code } = await runCli(['label', ...args]);
    assert.equal(code, 2, args.join(' '));
  }
});

test('--explain shows the text with its findings marked and why; no colours unless a terminal asks', async () => {
  const text = 'No pneumothorax. Possible pneumonia. Mother had emphysema. Cardiomegaly.';
  const { code, stdout } = await runCli(['label', '--explain', text], { NO_COLOR: '1' });
  assert.equal(code, 0);
  assert.match(
    stdout,
    /^No \[−pneumothorax\]\. Possible \[\?pneumonia\]\. Mother had \[·emphysema\]\. \[\+Cardiomegaly\]\.\n/,
  );
  assert.match(
    stdout,
    /− Pneumothorax: absent .*“pneumothorax” \(3–15, OTHER\)\n {4}rule finding\/pneumothorax\/\d+ \(.*\)\n {4}certainty absent because of “No”: rule cue\/.*\(.*\bno\b/,
  );
  assert.match(stdout, /subject family because of “Mother”: rule .*\n {4}no result of this examination/);
  assert.match(stdout, /The report as a whole: .*−Pneumothorax/);
  assert.match(stdout, /Not for diagnosis\.\n$/);

  const coloured = await runCli(['label', '--explain', text], { NO_COLOR: '', FORCE_COLOR: '1' });
  assert.ok(coloured.stdout.includes('\u001b[36m[−pneumothorax]\u001b[0m'));

  const row = await runCli(['label', '--explain', '--csv', join(folder, 'in.csv'), '--row', 'a', '--json']);
  const { reading, labels } = JSON.parse(row.stdout) as {
    reading: { text: string };
    labels: { absent: string[]; uncertain: string[] };
  };
  assert.ok(reading.text.includes('The heart is normal in size.'));
  assert.deepEqual(labels.uncertain, ['pneumonia']);
});

test('--explain reads a file by its path, and standard input by "-"', async () => {
  const report = join(folder, 'one report.txt');
  await writeFile(report, '\ufeffFINDINGS: No pneumothorax.\nIMPRESSION: Cardiomegaly.\n');
  const wanted = { present: ['cardiomegaly'], absent: ['pneumothorax'], uncertain: [] };
  const ofFile = await runCli(['label', '--explain', report, '--json']);
  assert.equal(ofFile.code, 0);
  const { reading, labels } = JSON.parse(ofFile.stdout);
  assert.deepEqual(labels, wanted);
  assert.ok(reading.text.startsWith('FINDINGS'), 'the byte order mark is no part of the text');

  const piped = new Cli(['label', '--explain', '-', '--json']);
  piped.child.stdin?.end(await readFile(report));
  assert.equal(await piped.exit(), 0);
  assert.deepEqual(JSON.parse(piped.stdout).labels, wanted);

  for (const path of [join(folder, 'no-effusion'), 'no effusion.txt']) {
    const missing = await runCli(['label', '--explain', path, '--json']);
    assert.equal(missing.code, 2, path);
    assert.match(missing.stderr, /There is no file .*effusion/, path);
  }
  const slash = await runCli(['label', '--explain', 'No effusion and/or atelectasis.', '--json']);
  assert.deepEqual(JSON.parse(slash.stdout).labels.absent, ['atelectasis', 'effusion']);
  const oneWord = await runCli(['label', '--explain', 'Pneumonia.', '--json']);
  assert.deepEqual(JSON.parse(oneWord.stdout).labels.present, ['pneumonia']);

  await writeFile(report, Buffer.alloc(MAX_EXPLAINED_BYTES + 1, 'a'));
  const tooMuch = await runCli(['label', '--explain', report]);
  assert.equal(tooMuch.code, 2);
  assert.match(tooMuch.stderr, /has more than 4194304 bytes: that is no report/);
});

test("--explain calls a site's own finding by its name", async () => {
  const lexicon = join(folder, 'site.json');
  const halo = { id: 'halo-sign', name: 'Halo around a nodule', group: 'lung', terms: ['halo sign'] };
  await writeFile(lexicon, JSON.stringify({ findings: [halo] }));
  const { code, stdout } = await runCli(['label', '--explain', 'Halo sign.', '--lexicon', lexicon], {
    NO_COLOR: '1',
  });
  assert.equal(code, 0);
  assert.match(stdout, /^\+ Halo around a nodule: present/m);
  assert.match(stdout, /The report as a whole: \+Halo around a nodule/);
});

test('a report cannot steer the terminal', async () => {
  const { stdout } = await runCli(['label', '--explain', 'Effusion.\u001b]0;owned\u0007 \u001b[2J'], {
    NO_COLOR: '1',
  });
  assert.ok(!/[\u001b\u0007]/.test(stdout));
});
