import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { cutAtNew, newStretches } from '../../web/src/text-changes.ts';

const fresh = (before: string, after: string) =>
  newStretches(before, after).map(({ start, end }) => after.slice(start, end));

describe('what is new in a report', () => {
  it('is told sentence by sentence', () => {
    const before = 'FINDINGS:\nLarge left pneumothorax. Heart size is normal.\n\nIMPRESSION: Pneumothorax.';
    const after = 'FINDINGS:\nNo pneumothorax. Heart size is normal.\n\nIMPRESSION: No pneumothorax.';
    assert.deepEqual(fresh(before, after), ['No pneumothorax.', 'No pneumothorax.']);
  });

  it('line breaks, blanks and the order of sentences are not', () => {
    assert.deepEqual(fresh('Clear lungs. No  effusion\nis seen.', 'No effusion is seen.\nClear lungs.'), []);
    assert.deepEqual(fresh('Nodule of 1.5 cm.', 'Nodule of 2.5 cm.'), ['Nodule of 2.5 cm.']);
  });

  it('a sentence that stands there once more is', () => {
    assert.deepEqual(fresh('Clear.', 'Clear. Clear.'), ['Clear.']);
    assert.deepEqual(fresh('', 'Clear.'), ['Clear.']);
    assert.deepEqual(fresh('Clear.', ''), []);
  });

  it('nothing is new in the same text, and all words are in another', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '.', ' ', '\n', ':', '!'), maxLength: 60 });
    fc.assert(
      fc.property(text, (same) => {
        assert.deepEqual(newStretches(same, same), []);
        const all = fresh('', same).join('');
        assert.equal(all.replace(/[^ab]/g, ''), same.replace(/[^ab]/g, ''));
      }),
    );
  });

  it('a stretch is cut at what is new, and loses nothing', () => {
    const range = fc.tuple(fc.nat(30), fc.nat(10)).map(([start, length]) => ({ start, end: start + length }));
    fc.assert(
      fc.property(range, fc.array(range, { maxLength: 4 }), (whole, parts) => {
        const cuts = cutAtNew(whole, parts);
        let at = whole.start;
        for (const cut of cuts) {
          assert.equal(cut.start, at);
          at = cut.end;
          for (let place = cut.start; place < cut.end; place++)
            assert.ok(!cut.fresh || parts.some(({ start, end }) => start <= place && place < end));
        }
        assert.equal(at, whole.end);
      }),
    );
    assert.deepEqual(cutAtNew({ start: 0, end: 10 }, [{ start: 4, end: 12 }]), [
      { start: 0, end: 4, fresh: false },
      { start: 4, end: 10, fresh: true },
    ]);
  });
});
