import assert from 'node:assert/strict';
import { test } from 'node:test';
import { queryConcepts } from '../../../core/query/query-concepts.ts';
import { MAX_QUERY_LENGTH } from '../../../core/text/limits.ts';

const MARKS = { PRESENT: '+', ABSENT: '-', UNCERTAIN: '?' } as const;

const QUERIES: readonly (readonly [string, string, string])[] = [
  ['pneumothorax', 'pneumothorax+', ''],
  ['no pneumothorax', 'pneumothorax-', ''],
  ['chest without effusion', 'effusion-', 'chest'],
  ['possible pneumonia', 'pneumonia?', ''],
  ['cardiomegaly without edema', 'cardiomegaly+ edema-', ''],
  ['pneumothorax no effusion', 'pneumothorax+ effusion-', ''],
  ['left lower lobe pneumonia in a child', 'pneumonia+', 'left lower lobe child'],
  ['enlarged heart and pleural effusions', 'cardiomegaly+ effusion+', ''],
  ['sarcoidosis', '', 'sarcoidosis'],
  ['', '', ''],
];

for (const [query, concepts, rest] of QUERIES) {
  test(`"${query}"`, () => {
    const reading = queryConcepts(query);
    const read = reading.concepts.map(({ concept, assertion }) => `${concept}${MARKS[assertion]}`).join(' ');
    assert.deepEqual([read, reading.rest], [concepts, rest]);
    for (const { start, end, text } of reading.concepts) assert.equal(query.slice(start, end), text);
  });
}

test('of a query beyond the limit the beginning is read', () => {
  const reading = queryConcepts(`pneumothorax ${'x'.repeat(MAX_QUERY_LENGTH)} effusion`);
  assert.deepEqual(
    reading.concepts.map(({ concept }) => concept),
    ['pneumothorax'],
  );
});
