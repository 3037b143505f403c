import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  completeMap,
  type GivenMap,
  parseMapFile,
  parseMapWords,
} from '../../../../cli/import/csv/column-map.ts';
import { CsvSource } from '../../../../cli/import/csv/csv-source.ts';
import { ROW_CHARACTERS_PER_UNIT, ROWS_PER_UNIT } from '../../../../cli/import/limits.ts';
import { parseMessage, textAt } from '../../../../core/hl7/message.ts';
import { bringAll } from '../bring-all.ts';

const MAP = parseMapWords('accession=ACC,text=REPORT,studiedAt=DATE');

async function tableOf(t: TestContext, content: string | Buffer): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'interleave-csv-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'reports.csv');
  await writeFile(file, content);
  return file;
}

const source = (file: string, given: GivenMap = MAP) => new CsvSource(file, completeMap(given));

test('rows become messages; what is no report is refused with its row number', async (t) => {
  const file = await tableOf(
    t,
    '\uFEFFACC,DATE,REPORT\r\nA1001,2015-01-01,"No ""mass"",\r\nno nodule."\r\n,2015-01-01,Text\r\n' +
      'A1002,2015-01-02,one,two\r\nA1003,2015-01-03,Clear.',
  );
  const { messages, outcomes } = await bringAll(source(file));
  assert.deepEqual(
    messages.map(({ item, message }) => [item, textAt(parseMessage(message), 'OBX-5')]),
    [
      ['reports.csv row 1', 'No "mass",\nno nodule.'],
      ['reports.csv row 4', 'Clear.'],
    ],
  );
  assert.deepEqual(
    outcomes.filter(({ accepted }) => !accepted).map(({ item, code }) => [item, code]),
    [
      ['reports.csv row 2: it has no accession number', 'TABLE_ROW_UNUSABLE'],
      ['reports.csv row 3: it has more fields than the header', 'TABLE_ROW_UNUSABLE'],
    ],
  );
});

test('semicolons, tabs, bars and Windows-1252 are read', async (t) => {
  const latin = Buffer.from(
    'ACC;DATE;REPORT\nA1001;04.03.2015 10:15;Erg\xfcsse \x96 keine, kein Infiltrat.\n',
    'latin1',
  );
  const file = await tableOf(t, latin);
  const given = { ...MAP, encoding: 'windows-1252', dateFormat: 'DD.MM.YYYY HH:mm' };
  const { messages } = await bringAll(source(file, given));
  const message = parseMessage(messages[0]?.message ?? Buffer.alloc(0));
  assert.equal(textAt(message, 'OBX-5'), 'Ergüsse – keine, kein Infiltrat.');
  assert.equal(textAt(message, 'OBR-7'), '20150304101500');
  await assert.rejects(bringAll(source(file, MAP)), { code: 'TABLE_UNREADABLE', message: /--encoding/ });
  const tabs = await tableOf(t, 'ACC\tDATE\tREPORT\nA1001\t2015-01-01\ta; b, c\n');
  assert.equal((await bringAll(source(tabs))).messages.length, 1);
  const bars = await tableOf(t, 'ACC|DATE|REPORT\nA1001|2015-01-01|a; b, c\n');
  assert.equal((await bringAll(source(bars))).messages.length, 1);
});

test('rows come in blocks that are told apart by what they hold, so that rows behind them bring new blocks only', async (t) => {
  const lines = (count: number) =>
    Array.from({ length: count }, (_, n) => `A${1000 + n},2015-01-01,Report ${n}.\n`).join('');
  const whole = `ACC,DATE,REPORT\n${lines(2 * ROWS_PER_UNIT)}`;
  const first = await bringAll(source(await tableOf(t, whole)));
  assert.equal(first.keys.length, 2);
  const longer = source(await tableOf(t, `${whole}A9999,2016-01-01,More.\n`));
  const second = await bringAll(longer);
  assert.deepEqual(second.keys.slice(0, 2), first.keys);
  assert.equal(second.keys.length, 3);
  assert.equal(await longer.total(new AbortController().signal, () => undefined), 3);
  const otherMap = await bringAll(source(await tableOf(t, whole), { ...MAP, facility: 'CITY' }));
  assert.notEqual(otherMap.keys[0], first.keys[0]);
});

test('long rows end a block early, so that few of them are in memory', async (t) => {
  const long = 'x '.repeat(ROW_CHARACTERS_PER_UNIT / 3);
  const lines = Array.from({ length: 6 }, (_, n) => `A${1000 + n},2015-01-01,${long}\n`).join('');
  const { keys, messages } = await bringAll(source(await tableOf(t, `ACC,DATE,REPORT\n${lines}`)));
  assert.deepEqual([keys.length, messages.length], [3, 6]);
});

test('a column that the table lacks, and a map that is none, are told before anything is sent', async (t) => {
  const file = await tableOf(t, 'ACC,DATE\nA1001,2015-01-01\n');
  await assert.rejects(bringAll(source(file)), { code: 'TABLE_UNREADABLE', message: /REPORT/ });
  const joined = await tableOf(t, 'ACC,DATE,REPORT,ACC\nA1001,2015-01-01,Clear.,B2002\n');
  await assert.rejects(bringAll(source(joined)), { code: 'TABLE_UNREADABLE', message: /ACC more than once/ });
  assert.throws(() => parseMapWords('accesion=ACC'), { code: 'USAGE' });
  assert.throws(() => parseMapFile({ columns: { accession: 'A' }, seperator: ';' }, 'm.json'), {
    code: 'USAGE',
    message: /seperator/,
  });
  for (const columns of [
    { text: 'T', studiedAt: 'D' },
    { accession: 'A', studiedAt: 'D' },
    { accession: 'A', text: 'T' },
  ])
    assert.throws(() => completeMap({ columns }), { code: 'USAGE' });
  assert.throws(() => completeMap({ ...MAP, encoding: 'klingon' }), { code: 'USAGE' });
});

test('a table that comes through a pipe is not counted ahead: two readers would share its rows', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'interleave-csv-'));
  t.after(() => rm(folder, { recursive: true }));
  const pipe = join(folder, 'reports');
  execFileSync('mkfifo', [pipe]);
  const rows = Array.from({ length: 3000 }, (_, n) => `A${1000 + n},2015-01-01,${'Report. '.repeat(20)}\n`);
  const piped = source(pipe);
  assert.equal(await piped.total(new AbortController().signal, () => undefined), null);
  const [, { messages }] = await Promise.all([
    writeFile(pipe, `ACC,DATE,REPORT\n${rows.join('')}`),
    bringAll(piped),
  ]);
  assert.equal(messages.length, rows.length);
});
