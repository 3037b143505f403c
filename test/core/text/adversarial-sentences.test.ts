import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readReport } from '../../../core/text/reading.ts';
import { readingMarks } from '../../../evaluation/reading-marks.ts';
import { projectRoot } from '../../../platform/process/project-root.ts';

/** A hard sentence of our own, and what a radiologist means by it (`reading-marks.ts`). */
interface Sentence {
  about: string;
  text: string;
  read: string;
}

const SENTENCES = JSON.parse(
  readFileSync(join(projectRoot(), 'evaluation', 'adversarial-sentences.json'), 'utf8'),
) as Sentence[];

for (const { about, text, read } of SENTENCES) {
  test(`${about}: ${JSON.stringify(text)}`, () =>
    assert.equal(readingMarks(readReport([{ section: 'FINDINGS', text }]).findings), read));
}

test('there are 200 sentences, each once', () => {
  assert.equal(new Set(SENTENCES.map(({ text }) => text)).size, 200);
});
