import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import test from 'node:test';
import fc from 'fast-check';
import {
  ACT_KINDS,
  correctionKey,
  type Decision,
  isSealed,
  sealedCorrection,
} from '../../../core/radiology/corrections.ts';
import { events } from '../../../schemas/events.ts';

const secret = randomBytes(32);
const decision = { kind: 'ERASE', caseId: 'x1', decidedAt: 1, actor: 'a', reason: 'r' };
const whole = {
  ...decision,
  id: 'i1',
  actorVerified: true,
  targetCaseId: 'c9',
  caseIds: ['c2'],
  reports: [{ facility: 'f', fillerNumber: 'n' }],
  sopInstanceUids: ['1.2'],
  subject: 's',
  statement: 'said',
  erased: ['e'],
};
const hmac = (text: string) => createHmac('sha256', secret).update(text, 'utf8').digest('hex');
const firstSeal = (fields: readonly string[]) => hmac(fields.join('\u001f'));

test('a seal holds for every field, and for this secret', () => {
  const sealed = sealedCorrection(secret, whole);
  assert.equal(isSealed(secret, sealed), true);
  assert.equal(isSealed(randomBytes(32), sealed), false);
  const changes = [
    { kind: 'REJECT' },
    { caseId: 'c2' },
    { decidedAt: 2 },
    { actor: 'b' },
    { reason: 's' },
    { seal: '' },
    { id: 'i2' },
    { actorVerified: false },
    { targetCaseId: '' },
    { caseIds: [] },
    { reports: [{ facility: 'fn', fillerNumber: '' }] },
    { sopInstanceUids: ['1.2', '1.3'] },
    { subject: '' },
    { statement: 'other' },
    { erased: ['e', 'f'] },
  ];
  assert.deepEqual(
    Object.keys(sealed).filter((field) => !changes.some((change) => field in change)),
    [],
    'every field is tried',
  );
  for (const change of changes)
    assert.equal(isSealed(secret, { ...sealed, ...change }), false, JSON.stringify(change));
});

test('an act is read as it was written, with its seal', () => {
  const sealed = sealedCorrection(secret, whole);
  const read = events.caseCorrection.decode(events.caseCorrection.encode(sealed));
  assert.equal(isSealed(secret, read), true);
  assert.deepEqual(JSON.parse(JSON.stringify(read)), sealed);
});

test('no two different acts have one seal or one key', () => {
  const text = fc.constantFrom('', 'a', 'b', '"', '\u001f');
  const texts = fc.array(text, { maxLength: 2 });
  const act: fc.Arbitrary<Decision> = fc.record({
    kind: fc.constantFrom(...ACT_KINDS),
    caseId: text,
    decidedAt: fc.constantFrom(1, 2),
    actor: text,
    reason: text,
    id: text,
    targetCaseId: text,
    caseIds: texts,
    sopInstanceUids: texts,
    subject: text,
    statement: text,
    erased: texts,
  });
  fc.assert(
    fc.property(act, act, (one, other) => {
      const [a, b] = [sealedCorrection(secret, one), sealedCorrection(secret, other)];
      const same = JSON.stringify({ ...a, seal: '' }) === JSON.stringify({ ...b, seal: '' });
      assert.equal(a.seal === b.seal, same);
      assert.equal(correctionKey(secret, a) === correctionKey(secret, b), same);
    }),
  );
});

test('decisions that were sealed before still hold, and cannot be given more than they said', () => {
  for (const seal of [
    firstSeal(['correction', 'ERASE', 'x1', '1', 'a', 'r']),
    hmac(JSON.stringify(['correction', 'ERASE', 'x1', 1, 'a', 'r'])),
  ]) {
    const old = { ...sealedCorrection(secret, decision), seal };
    assert.equal(isSealed(secret, old), true);
    assert.equal(isSealed(secret, { ...old, sopInstanceUids: ['1.2'] }), false);
    assert.equal(isSealed(secret, { ...old, actorVerified: true }), false);
  }
  const seal = firstSeal(['correction', 'ERASE', 'x1', '1', 'a', 'b', 'c']);
  const moved = { ...sealedCorrection(secret, { ...decision, actor: 'a\u001fb', reason: 'c' }), seal };
  assert.equal(isSealed(secret, moved), false, 'a field cannot pass into its neighbour');
});

test('nobody without the secret knows the key of an act, and two acts on one case both stay', () => {
  const sealed = sealedCorrection(secret, decision);
  const key = correctionKey(secret, sealed);
  assert.equal(correctionKey(secret, sealedCorrection(secret, { ...decision })), key);
  assert.notEqual(correctionKey(secret, sealedCorrection(secret, { ...decision, decidedAt: 2 })), key);
  assert.notEqual(correctionKey(randomBytes(32), sealed), key);
  assert.doesNotMatch(key, /x1|ERASE/);
});
