import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { ContextResult } from '../../../core/dicom/presentation-context.ts';
import { MAX_SHOWN_CONTEXTS, refusedContexts } from '../../../core/dicom/refused-contexts.ts';

const proposals = (...ones: [string, string[], ContextResult][]) => {
  const proposed = ones.map(([abstractSyntax, transferSyntaxes], index) => ({
    id: 2 * index + 1,
    abstractSyntax,
    transferSyntaxes,
  }));
  const answered = ones.map(([, , result], index) => ({ id: 2 * index + 1, result, transferSyntax: '1.2' }));
  return [proposed, answered] as const;
};

it('says nothing where everything was taken', () => {
  assert.equal(refusedContexts(...proposals(['1.1', ['1.2'], 0])), null);
});

it('names a SOP class once, and a transfer syntax with its SOP class', () => {
  const refused = refusedContexts(
    ...proposals(['1.1', ['1.2'], 3], ['1.1', ['1.3'], 3], ['1.4', ['1.5', '1.6'], 4], ['1.4', ['1.2'], 0]),
  );
  assert.deepEqual(refused, {
    sopClasses: ['1.1'],
    transferSyntaxes: [{ sopClass: '1.4', proposed: ['1.5', '1.6'] }],
    more: 0,
  });
});

it('shows no more than so many, and nothing that is no UID', () => {
  const many = Array.from({ length: 20 }, (_, n): [string, string[], ContextResult] => [`1.${n}`, [], 3]);
  const refused = refusedContexts(...proposals(...many));
  assert.equal(refused?.sopClasses.length, MAX_SHOWN_CONTEXTS);
  assert.equal(refused.more, 20 - MAX_SHOWN_CONTEXTS);
  const strange = refusedContexts(...proposals(['Doe^Jane', ['1.2'], 3], ['1.1', ['1'.repeat(65)], 4]));
  assert.deepEqual(strange?.sopClasses, ['(no UID)']);
  assert.deepEqual(strange.transferSyntaxes, [{ sopClass: '1.1', proposed: ['(no UID)'] }]);
});
