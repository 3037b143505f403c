import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ImageView } from '../../web/src/api.ts';
import { caseChanges, earlierReports, summaryChanges } from '../../web/src/case-changes.ts';
import { MAX_TOLD_FINDINGS } from '../../web/src/limits.ts';
import { reportFixture, summaryFixture, viewFixture } from './support/hit-fixture.ts';

const PNEUMOTHORAX = { concept: 'pneumothorax', name: 'Pneumothorax' };
const has = { present: [{ ...PNEUMOTHORAX, chronic: false }], absent: [], uncertain: [] };
const denies = { present: [], absent: [PNEUMOTHORAX], uncertain: [] };

describe('what changed in an open case', () => {
  it('a correction: the status, and each finding as it was and is', () => {
    const before = viewFixture({ findings: has, reports: [reportFixture({ text: 'Pneumothorax.' })] });
    const corrected = reportFixture({ status: 'CORRECTED', text: 'No pneumothorax.' });
    assert.deepEqual(caseChanges(before, viewFixture({ findings: denies, reports: [corrected] })), [
      'the report was corrected',
      'Pneumothorax: was present, now absent',
    ]);
    const again = { ...corrected, text: 'Nothing.' };
    assert.deepEqual(caseChanges(viewFixture({ reports: [corrected] }), viewFixture({ reports: [again] })), [
      'the text of the report changed',
    ]);
  });

  it('reports that come, go, and change places', () => {
    const [one, two] = [reportFixture({ text: 'a' }), reportFixture({ text: 'b', offset: 2 })];
    const changes = (before: (typeof one)[], after: (typeof one)[]) =>
      caseChanges(viewFixture({ reports: before }), viewFixture({ reports: after }));
    assert.deepEqual(changes([], [one]), ['a report came (final)']);
    assert.deepEqual(changes([one], [two, one]), ['a report came (final)']);
    assert.deepEqual(changes([one, two], [two]), ['1 report is no longer here']);
    assert.deepEqual(changes([one], [{ ...one, withdrawnLines: 2 }]), [
      '2 lines of the report were withdrawn',
    ]);
    assert.deepEqual(changes([one], [{ ...one, status: 'CANCELLED' }]), ['the report was cancelled']);
    assert.deepEqual(earlierReports([two, one], [one, two]), [two, one]);
    assert.deepEqual(earlierReports([reportFixture({ offset: 9 })], [one, two]), [null]);
    assert.deepEqual(earlierReports([reportFixture({ offset: 9 })], [one]), [one], 'numbered anew');
  });

  it('images that come and are taken away, standing, flags, and the number', () => {
    const images = ['i', 'j'].map((id) => ({ id, thumbnail: id }) as ImageView);
    const before = viewFixture({ images, imageCount: 2 });
    const withheld = viewFixture({ standing: 'RECONCILIATION' });
    assert.deepEqual(caseChanges(before, withheld), [
      'the patients disagree, and its images are withheld',
      '2 images were taken away',
    ]);
    assert.deepEqual(caseChanges(withheld, before), ['the patients no longer disagree', '2 images came']);
    const other = viewFixture({ images: [...images.slice(1), { id: 'k', thumbnail: 'k' } as ImageView] });
    assert.deepEqual(caseChanges(before, other), ['1 image came', '1 image was taken away']);
    assert.deepEqual(
      caseChanges(viewFixture(), viewFixture({ flags: ['IMAGES_REJECTED'], accession: 'A2' })),
      ['now flagged “Images rejected”', 'the accession number changed'],
    );
    assert.deepEqual(caseChanges(viewFixture(), viewFixture({ standing: 'WITHDRAWN' })), [
      'the case was withdrawn',
    ]);
  });

  it('whatever else is shown differently is told too, and that it was only written anew is not', () => {
    const before = viewFixture({ reports: [reportFixture()] });
    assert.deepEqual(caseChanges(before, { ...before, tag: 't2', version: 0, receivedAt: 'x' }), []);
    const problem = viewFixture({ reports: [reportFixture({ problem: 'X' })] });
    assert.deepEqual(caseChanges(before, problem), ['details of it changed']);
  });

  it('of a card in a list', () => {
    assert.deepEqual(
      summaryChanges(
        summaryFixture({ findings: has }),
        summaryFixture({ status: 'CORRECTED', findings: denies, impression: 'None.' }),
      ),
      ['the report was corrected', 'Pneumothorax: was present, now absent'],
    );
    assert.deepEqual(summaryChanges(summaryFixture(), summaryFixture({ impression: 'x' })), [
      'what its report says changed',
    ]);
    const many = Array.from({ length: MAX_TOLD_FINDINGS + 2 }, (_, n) => ({ concept: `${n}`, name: `${n}` }));
    const told = summaryChanges(
      summaryFixture(),
      summaryFixture({ findings: { present: [], absent: many, uncertain: [] } }),
    );
    assert.deepEqual([told.length, told.at(-1)], [MAX_TOLD_FINDINGS + 1, '2 more findings changed']);
  });
});
