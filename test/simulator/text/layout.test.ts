import assert from 'node:assert/strict';
import { test } from 'node:test';
import { layOut, PRINTED_COLUMNS, type ReportLayout, wrap } from '../../../simulator/text/layout.ts';

const SECTIONS = [
  { name: 'FINDINGS', heading: 'FINDINGS', paragraphs: ['The lungs are clear. '.repeat(10).trim()] },
  { name: 'IMPRESSION', heading: 'IMPRESSION', paragraphs: ['1. Normal.', '2. Advice.'] },
  { name: 'ADDENDUM', heading: 'ADDENDUM', paragraphs: ['Discussed.'] },
] as const;

const layOutAs = (layout: ReportLayout) =>
  layOut(
    layout,
    SECTIONS.map((section) => ({ ...section, paragraphs: [...section.paragraphs] })),
  );

test('TILDES: one OBX, a repetition for each line', () => {
  const [only, ...more] = layOutAs('TILDES');
  assert.equal(more.length, 0);
  assert.deepEqual(only?.repetitions.slice(-4), [
    ['IMPRESSION: 1. Normal.'],
    ['2. Advice.'],
    [''],
    ['ADDENDUM: Discussed.'],
  ]);
});

test('LINES: an OBX for each printed line, sentences wrapped', () => {
  const drafts = layOutAs('LINES');
  assert.ok(drafts.length > 8);
  for (const { repetitions } of drafts) assert.ok((repetitions[0]?.[0] ?? '').length <= PRINTED_COLUMNS);
});

test('BREAKS: formatted text', () => {
  const [only] = layOutAs('BREAKS');
  assert.equal(only?.valueType, 'FT');
  assert.ok((only?.repetitions[0]?.length ?? 0) > 5);
});

test('SECTIONS: impression and addendum are told by the suffix of OBX-3', () => {
  assert.deepEqual(
    layOutAs('SECTIONS').map((draft) => draft.suffix),
    ['GDT', 'IMP', 'ADT'],
  );
});

test('wrapping breaks between words and keeps empty lines', () => {
  assert.deepEqual(wrap('one two three', 7), ['one two', 'three']);
  assert.deepEqual(wrap('', 7), ['']);
  assert.deepEqual(wrap('incomprehensible', 7), ['incomprehensible']);
});
