import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_CODES_NAMED, MAX_ITEMS_NAMED } from '../../../cli/import/limits.ts';
import { duration, Progress } from '../../../cli/import/progress.ts';
import { isWhole, summaryLines, summaryOf } from '../../../cli/import/summary.ts';
import { type Refused, Tally } from '../../../cli/import/tally.ts';
import { ImportTeller } from '../../../cli/import/tell-import.ts';
import { until } from '../../../harness/until.ts';

test('one line shows how far an import is, how fast, how long it takes, and what it waits for', () => {
  let now = 0;
  const progress = new Progress(() => now);
  assert.equal(progress.line(null), '0 done · 0 sent, 0.0 per second');
  progress.total = { units: 150, isWhole: false };
  now = 10_000;
  Object.assign(progress, { items: 200, units: 50, known: 50 });
  assert.equal(progress.line(null), '100 of 150 or more · 200 sent, 20.0 per second, 50 done before');
  progress.total = { units: 200, isWhole: true };
  assert.equal(
    progress.line({ why: 'LAG', lag: 140 }),
    '[████████████············] 50 % of 200 · 200 sent, 20.0 per second, 50 done before, 20 s left, waiting for the live feed (lag 140)',
  );
  now = 100_000;
  assert.match(progress.line(null), /0\.0 per second/, 'the rate is that of the last minute');
});

test('times are told in words', () => {
  assert.deepEqual([7, 200, 7_500].map(duration), ['7 s', '3 min 20 s', '2 h 05 min']);
});

test('without a terminal there are plain lines; what is away is told once, and that it is back', async (t) => {
  const lines: string[] = [];
  let code = 'KAFKA_UNAVAILABLE';
  const teller = new ImportTeller({
    progress: new Progress(),
    waiting: () => (code === '' ? null : { why: 'UNKNOWN', code }),
    say: (line) => void lines.push(line),
    terminal: null,
    plainMs: 5,
  });
  t.after(() => teller.end());
  await until(() => lines.length > 3);
  code = '';
  await until(() => lines.some((line) => line.includes('going on')));
  assert.equal(lines.filter((line) => line.startsWith('!') && line.includes('KAFKA_UNAVAILABLE')).length, 1);
  assert.ok(lines.filter((line) => line.startsWith('· 0 done')).length > 2);
});

test('on a terminal the line is drawn again in its place, never wider than the terminal', async (t) => {
  let written = '';
  const lines: string[] = [];
  const teller = new ImportTeller({
    progress: new Progress(),
    waiting: () => null,
    say: (line) => void lines.push(line),
    terminal: {
      write: (text) => {
        written += text;
      },
      columns: () => 20,
    },
  });
  t.after(() => teller.end());
  teller.say('! something');
  assert.deepEqual(lines, ['! something']);
  assert.equal(written, '\r\u001b[K0 done · 0 sent, 0.');
});

test('a tally is small whatever comes: counts, the first items of each code, and so many codes', () => {
  const tally = new Tally();
  for (let n = 0; n < 1_000; n++) {
    tally.add({ item: `${n}`, kind: 'image', accepted: n % 2 === 0, code: n % 2 === 0 ? '0000' : 'C000' });
    tally.add({ item: `code ${n}`, kind: 'report', accepted: false, code: `CODE ${n}` });
  }
  assert.deepEqual(tally.accepted, { report: 0, image: 500 });
  const [other, most] = tally.refused;
  assert.deepEqual([most?.code, most?.count, most?.items.length], ['C000', 500, MAX_ITEMS_NAMED]);
  assert.equal(other?.code, 'OTHER');
  assert.equal(tally.refused.length, MAX_CODES_NAMED + 1);
  const counted = tally.refused.reduce((sum, { count }) => sum + count, 0);
  assert.equal(counted, 1_500);
});

test('the summary says what was refused, what is left, and whether all went in', () => {
  const tally = new Tally();
  tally.add({ item: 'a', kind: 'report', accepted: true, code: 'AA' });
  const counts = {
    tally,
    brought: 1,
    doneBefore: 2,
    left: [] as Refused[],
    finished: true,
    error: null,
    seconds: 2,
  };
  assert.equal(isWhole(summaryOf(counts)), true);
  assert.equal(isWhole(summaryOf({ ...counts, finished: false })), false);
  const left = [{ code: 'FILE_UNREADABLE', count: 12, items: ['/archive/closed'] }];
  assert.equal(isWhole(summaryOf({ ...counts, left })), false);
  tally.add({ item: '/archive/b.dcm', kind: 'image', accepted: false, code: 'DICOM_DATA_SET_UNREADABLE' });
  const summary = summaryOf({ ...counts, left });
  assert.equal(isWhole(summary), false);
  assert.deepEqual(summaryLines(summary, false), [
    '1 reports and 0 images accepted in 2 s (0.5 per second)',
    '2 of 3 parts of the archive (files, studies, blocks of rows) were done before',
    '✗ 1 refused: DICOM_DATA_SET_UNREADABLE (The data set could not be read.)',
    '    /archive/b.dcm',
    '! 12 could not be brought (FILE_UNREADABLE (The file could not be read.)): the next import tries them again',
    '    /archive/closed',
    '    and 11 more',
  ]);
});

test('the name of a file cannot steer the terminal, nor look like a line of ours', () => {
  const tally = new Tally();
  tally.refuse('C000', '/archive/\u001b]0;owned\u0007\u009b2J\n\r0 refused.dcm');
  const counts = { tally, brought: 1, doneBefore: 0, left: [], finished: true, error: null, seconds: 1 };
  assert.equal(summaryLines(summaryOf(counts), false)[2], '    /archive/�]0;owned��2J��0 refused.dcm');
});
