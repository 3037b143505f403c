import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InterleaveError } from '../../../core/errors.ts';
import { EXIT_FAILED, EXIT_FINAL, exitCodeOf } from '../../../platform/process/exit-codes.ts';

test('a start that no restart mends ends with a code of its own; what may pass does not', () => {
  const final = [
    'CONFIG_INVALID',
    'LEXICON_INVALID',
    'MODEL_MISSING',
    'INDEX_MISMATCH',
    'INDEX_OF_OTHER_KAFKA',
  ] as const;
  for (const code of final) assert.equal(exitCodeOf(new InterleaveError(code)), EXIT_FINAL, code);
  for (const code of ['KAFKA_UNAVAILABLE', 'ELASTICSEARCH_UNAVAILABLE', 'PORT_TAKEN', 'INTERNAL'] as const)
    assert.equal(exitCodeOf(new InterleaveError(code)), EXIT_FAILED, code);
  assert.equal(exitCodeOf(new Error('anything')), EXIT_FAILED);
  assert.notEqual(EXIT_FINAL, EXIT_FAILED);
});
