import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { CODE_HASH_FILE, codeHashFile } from '../../scripts/code-hash.ts';

test('the hash of the labeler is that of its code (else run scripts/write-code-hash.ts)', () => {
  assert.equal(readFileSync(CODE_HASH_FILE, 'utf8'), codeHashFile());
});
