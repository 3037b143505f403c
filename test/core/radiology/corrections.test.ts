import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import test from 'node:test';
import { correctionKey, isSealed, sealedCorrection } from '../../../core/radiology/corrections.ts';

const secret = randomBytes(32);
const decision = { kind: 'ERASE' as const, caseId: 'x1', decidedAt: 1, actor: 'a', reason: 'r' };
const oldSeal = (fields: readonly string[]) =>
  createHmac('sha256', secret).update(fields.join('\u001f'), 'utf8').digest('hex');

test('a seal holds for every field, and for this secret', () => {
  const sealed = sealedCorrection(secret, decision);
  assert.equal(isSealed(secret, sealed), true);
  assert.equal(isSealed(randomBytes(32), sealed), false);
  for (const change of [{ caseId: 'c2' }, { decidedAt: 2 }, { actor: 'b' }, { reason: 's' }, { seal: '' }])
    assert.equal(isSealed(secret, { ...sealed, ...change }), false, JSON.stringify(change));
});

test('a field cannot pass into its neighbour', () => {
  const sealed = sealedCorrection(secret, { ...decision, actor: 'a\u001fb', reason: 'c' });
  assert.equal(isSealed(secret, sealed), true);
  assert.equal(isSealed(secret, { ...sealed, actor: 'a', reason: 'b\u001fc' }), false);
  const seal = oldSeal(['correction', 'ERASE', 'x1', '1', 'a', 'b', 'c']);
  assert.equal(isSealed(secret, { ...decision, actor: 'a\u001fb', reason: 'c', seal }), false);
});

test('a decision that was sealed before still holds', () => {
  const seal = oldSeal(['correction', 'ERASE', 'x1', '1', 'a', 'r']);
  assert.equal(isSealed(secret, { ...decision, seal }), true);
});

test('the key is the same for each decision of a kind for a case, and nobody without the secret knows it', () => {
  const key = correctionKey(secret, decision);
  assert.equal(correctionKey(secret, { ...decision }), key);
  assert.notEqual(correctionKey(secret, { ...decision, caseId: 'c2' }), key);
  assert.notEqual(correctionKey(randomBytes(32), decision), key);
  assert.doesNotMatch(key, /x1|ERASE/);
});
