import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CsvReader, csvLine, parseCsv, requireColumns } from '../../evaluation/csv.ts';
import { MAX_ROW_LENGTH } from '../../evaluation/limits.ts';

test('quotes, commas, line breaks and doubled quotes inside quotes; CRLF; a byte order mark; no line break at the end', () => {
  assert.deepEqual(parseCsv('\uFEFFid,text\r\n1,"a, ""b""\r\nc"\r\n\r\n2,plain "quoted" x\r\n3'), [
    { id: '1', text: 'a, "b"\r\nc' },
    { id: '2', text: 'plain "quoted" x' },
    { id: '3', text: '' },
  ]);
  assert.deepEqual(parseCsv(''), []);
  assert.deepEqual(parseCsv('id,text\n'), []);
});

test('another separator, and rows with too many fields that are told by their number and left out', () => {
  const misfits: number[] = [];
  const reader = new CsvReader({ separator: ';', misfit: (row) => misfits.push(row) });
  const rows = [...reader.push('id;text\n1;"a;b"\n2;c;d\n'), ...reader.push('3;e,f'), ...reader.end()];
  assert.deepEqual(rows, [
    { id: '1', text: 'a;b' },
    { id: '3', text: 'e,f' },
  ]);
  assert.deepEqual([misfits, reader.rows], [[2], 3]);
});

test('what is written is read back the same, wherever the pieces are cut', () => {
  const field = fc.string({ unit: fc.constantFrom('a', 'é', '"', ',', '\n', '\r\n', ' ', '-1') });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(field, field), { minLength: 1 }),
      fc.integer({ min: 1, max: 7 }),
      (rows, size) => {
        const text = csvLine(['one', 'two']) + rows.map((row) => csvLine(row)).join('');
        const reader = new CsvReader();
        const read = [];
        for (let at = 0; at < text.length; at += size) read.push(...reader.push(text.slice(at, at + size)));
        read.push(...reader.end());
        assert.deepEqual(
          read,
          rows.map(([one, two]) => ({ one, two })),
        );
      },
    ),
  );
});

test('what is no table is refused with the row, not read as something else', () => {
  const refused = (text: string, words: RegExp) =>
    assert.throws(
      () => parseCsv(text),
      (error: Error & { code?: string }) => {
        assert.equal(error.code, 'TABLE_UNREADABLE');
        assert.match(error.message, words);
        return true;
      },
    );
  refused('id,text\n1,a\n2,"never closed\n', /Row 2 ends inside a quotation/);
  refused('id,text\n1,a,b\n', /Row 1 has more fields than the header/);
  refused(`id,text\n1,"${'x'.repeat(MAX_ROW_LENGTH + 1)}"`, /Row 1 is longer than/);
  assert.throws(
    () => requireColumns(['id'], ['id', 'findings', 'impression']),
    /no columns findings, impression/,
  );
});
