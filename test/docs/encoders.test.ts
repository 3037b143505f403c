import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { DEFAULT_SPACE_FLOOR, DEFAULT_TEXT_FLOORS, parseDescription } from '../../models/add/description.ts';
import {
  MAX_BUNDLE_FILE_BYTES,
  MAX_DESCRIPTION_BYTES,
  MAX_ENCODER_SIZE,
  MAX_ENCODER_TOKENS,
  MAX_TOKENIZER_BYTES,
} from '../../models/limits.ts';
import { projectRoot } from '../../platform/process/project-root.ts';

const page = readFileSync(join(projectRoot(), 'docs/encoders.md'), 'utf8');

test('every example of docs/encoders.md is a description as it is read', () => {
  const examples = [...page.matchAll(/```json\n(.*?)```/gs)].map(
    ([, json = '']) => JSON.parse(json) as unknown,
  );
  assert.deepEqual(
    examples.map((example) => parseDescription(example).name),
    ['biomedclip', 'rad-dino', 'medsiglip-448'],
  );
});

test('its numbers are the limits and defaults', () => {
  const MIB = 2 ** 20;
  assert.deepEqual(
    [MAX_BUNDLE_FILE_BYTES / MIB, MAX_TOKENIZER_BYTES / MIB, MAX_DESCRIPTION_BYTES / 1024],
    [1024, 32, 64],
  );
  assert.deepEqual([MAX_ENCODER_SIZE, MAX_ENCODER_TOKENS], [1024, 1024]);
  assert.deepEqual([DEFAULT_SPACE_FLOOR, DEFAULT_TEXT_FLOORS], [0.3, { words: 0.9, reports: 0.95 }]);
});
