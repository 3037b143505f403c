import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { copyRecords, type RecordToCopy } from '../../../platform/object-store/copy-records.ts';
import { encodeRecord, withoutCase } from '../../../platform/object-store/journal-record.ts';

const record = (text: string, ...caseIds: string[]) => {
  const bytes = Buffer.from(text);
  return { sha256: createHash('sha256').update(bytes).digest('hex'), caseIds, bytes };
};
type Record = ReturnType<typeof record>;

/** Copies records that stand in a segment as `now`, and gives the outcome and the files of each case. */
function copied(records: Record[], now: Buffer[], before: (folder: string) => void = () => undefined) {
  const folder = mkdtempSync(join(tmpdir(), 'interleave-copy-'));
  const incoming = join(folder, 'incoming');
  mkdirSync(incoming);
  before(folder);
  writeFileSync(join(folder, 'segment'), Buffer.concat(now));
  const segment = openSync(join(folder, 'segment'), 'r');
  try {
    let at = 0;
    const places = records.map((one): RecordToCopy => {
      const { sha256, bytes, caseIds } = one;
      const whole = encodeRecord(one);
      const place = at;
      at += whole.length;
      const line = whole.toString('latin1', 0, whole.length - bytes.length - 1);
      const cases = caseIds.map((id) => ({ id, folder: join(folder, id) }));
      return { segment, at: place, line, size: bytes.length, sha256, cases };
    });
    const outcomes = copyRecords(places, incoming);
    const filesOf = (id: string) =>
      readdirSync(folder).includes(id)
        ? readdirSync(join(folder, id)).map((name) => readFileSync(join(folder, id, name), 'latin1'))
        : [];
    const ids = [...new Set(records.flatMap(({ caseIds }) => caseIds))];
    assert.deepEqual(readdirSync(incoming), []);
    return { outcomes, files: Object.fromEntries(ids.map((id) => [id, filesOf(id)])) };
  } finally {
    closeSync(segment);
    rmSync(folder, { recursive: true });
  }
}

test('the files of all records are written, one for each case', () => {
  const records = [record('one', 'case1', 'case2'), record('two', 'case2')];
  const { outcomes, files } = copied(records, records.map(encodeRecord));
  assert.deepEqual(outcomes, [null, null]);
  assert.deepEqual(files['case1'], ['one']);
  assert.deepEqual(files['case2']?.sort(), ['one', 'two']);
});

test('a case that was taken out of its record gets no file, the others of the record do', () => {
  const [shared, own] = [record('shared', 'case1', 'case2'), record('own', 'case1')];
  const now = [withoutCase(shared, 'case1'), withoutCase(own, 'case1')];
  const { outcomes, files } = copied([shared, own], now);
  assert.deepEqual(outcomes, [null, null]);
  assert.deepEqual(files, { case1: [], case2: ['shared'] });
});

test('a record that is being changed is written later, the others now', () => {
  const [changing, next] = [record('changing', 'case1'), record('next', 'case2')];
  const half = encodeRecord(changing);
  half.fill(0, half.length - 4);
  const { outcomes, files } = copied([changing, next], [half, encodeRecord(next)]);
  assert.deepEqual(outcomes, [{ code: 'SHA256', unread: true }, null]);
  assert.deepEqual(files, { case1: [], case2: ['next'] });
});

test('what a power cut left under the name is replaced', () => {
  const one = record('whole', 'case1');
  const { files } = copied([one], [encodeRecord(one)], (folder) => {
    mkdirSync(join(folder, 'case1'));
    writeFileSync(join(folder, 'case1', one.sha256), Buffer.alloc(3));
  });
  assert.deepEqual(files, { case1: ['whole'] });
});
