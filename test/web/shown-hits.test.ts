import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isOutdated, mergeHits, type ShownHit, shownHits, waitingHits } from '../../web/src/shown-hits.ts';
import { hitFixture } from './support/hit-fixture.ts';

const WHEN = { since: 0, at: 1 };
const told = (shown: readonly ShownHit[]) =>
  shown.map(({ hit, changes, gone }) =>
    [hit.id, gone?.why ?? hit.status, ...changes.map(({ what }) => what.join())].join(' '),
  );

describe('a list of hits that stands open', () => {
  const list = shownHits([hitFixture('a', '1'), hitFixture('b', '1'), hitFixture('c', '1')]);

  it('a case that changed keeps its place, with what is new in it', () => {
    const found = [hitFixture('b', '2', { status: 'CORRECTED' }), hitFixture('a', '1'), hitFixture('c', '1')];
    assert.deepEqual(told(mergeHits(list, found, { b: '2' }, WHEN, false)), [
      'a FINAL',
      'b CORRECTED the report was corrected',
      'c FINAL',
    ]);
  });

  it('a case that changed and is no hit any more leaves a note, one that did not stays', () => {
    const found = [hitFixture('a', '1')];
    assert.deepEqual(told(mergeHits(list, found, { a: '1', b: '2', c: '1' }, WHEN, false)), [
      'a FINAL',
      'b NO_MATCH',
      'c FINAL',
    ]);
    const renewed = mergeHits(list, [hitFixture('b', '2', { status: 'CORRECTED' })], {}, WHEN, false);
    assert.equal(told(mergeHits(renewed, found, { b: '3' }, WHEN, false))[1], 'b NO_MATCH');
    assert.deepEqual(told(mergeHits(list, found, { a: '1', b: null, c: '1' }, WHEN, true)), [
      'a FINAL',
      'b NO_CASE',
    ]);
  });

  it('a version that goes backwards is another, and one that the search does not give yet is known to be old', () => {
    const [, b] = list;
    assert.ok(b !== undefined && isOutdated(b, { b: '0' }) && !isOutdated(b, { b: '1' }));
    assert.ok(!isOutdated(b, {}), 'nobody asked');
    const same = mergeHits(
      list,
      list.map(({ hit }) => hit),
      { b: '0' },
      WHEN,
      false,
    );
    assert.deepEqual(told(same), ['a FINAL', 'b FINAL', 'c FINAL']);
    assert.ok(same[1] !== undefined && isOutdated(same[1], { b: '0' }));
  });

  it('a case that matches again comes back, but not in its old state', () => {
    const gone = mergeHits(list, [hitFixture('a', '1'), hitFixture('c', '1')], { b: '2' }, WHEN, false);
    const unrefreshed = mergeHits(gone, [hitFixture('b', '1')], { b: '2' }, WHEN, false);
    assert.equal(told(unrefreshed)[1], 'b NO_MATCH');
    const back = mergeHits(gone, [hitFixture('b', '3')], { b: '3' }, WHEN, false);
    assert.equal(told(back)[1], 'b FINAL it is among the results again');
  });

  it('other hits wait, unless the list follows the search', () => {
    const found = [hitFixture('d', '1'), ...list.map(({ hit }) => hit)];
    assert.deepEqual(told(mergeHits(list, found, {}, WHEN, false)), ['a FINAL', 'b FINAL', 'c FINAL']);
    assert.deepEqual(
      waitingHits(list, found).map(({ id }) => id),
      ['d'],
    );
    assert.deepEqual(told(mergeHits(list, found, {}, WHEN, true))[0], 'd FINAL');
  });

  it('never shows as current what is known to be otherwise, nor a case twice', () => {
    const id = fc.constantFrom('a', 'b', 'c', 'd', 'e');
    const tag = fc.constantFrom('1', '2', '3');
    const hits = fc.uniqueArray(fc.record({ id, tag }), { selector: (one) => one.id, maxLength: 5 });
    const versions = fc.dictionary(id, fc.option(tag));
    fc.assert(
      fc.property(hits, hits, versions, fc.boolean(), (before, after, now, follow) => {
        const make = (list: typeof before) => list.map((one) => hitFixture(one.id, one.tag));
        const shown = shownHits(make(before));
        const merged = mergeHits(shown, make(after), now, WHEN, follow);
        const ids = merged.map(({ hit }) => hit.id);
        assert.equal(new Set(ids).size, ids.length);
        if (!follow)
          assert.deepEqual(
            ids,
            before.map((one) => one.id),
          );
        for (const entry of merged) {
          const found = after.find((one) => one.id === entry.hit.id);
          if (entry.gone === null && found !== undefined) assert.equal(entry.hit.tag, found.tag);
          const known = now[entry.hit.id];
          if (found === undefined && known !== undefined && known !== entry.hit.tag)
            assert.notEqual(entry.gone, null);
        }
      }),
    );
  });
});
