import assert from 'node:assert/strict';
import test from 'node:test';
import type { Case, ImageEmbedded, ReportLabeled } from '../../../core/radiology/events.ts';
import { mergeCases, mergeImage, mergeReport } from '../../../core/radiology/merge.ts';
import { isHeldImage } from '../../../core/radiology/merge-image.ts';
import { digestOf, imageEmbedded, reportLabeled, selection, vector } from '../../../harness/event-fixture.ts';
import { events } from '../../../schemas/events.ts';

const reports = (...list: ReportLabeled[]): Case => {
  const state = list.reduce<Case | null>(mergeReportInto, null);
  assert(state !== null);
  return state;
};
const images = (...list: ImageEmbedded[]): Case => {
  const state = list.reduce<Case | null>(mergeImageInto, null);
  assert(state !== null);
  return state;
};
const mergeReportInto = (state: Case | null, event: ReportLabeled): Case => mergeReport(state, event);
const mergeImageInto = (state: Case | null, event: ImageEmbedded): Case => mergeImage(state, event);

test('a correction replaces its report and never the over-read of another reader', () => {
  const final = reportLabeled({ received: { digest: 'a' } });
  const overRead = reportLabeled({
    received: { digest: 'b', identity: { facility: 'HOSPITAL', fillerNumber: 'F2' } },
  });
  const corrected = reportLabeled({
    received: { digest: 'c', status: 'CORRECTED', effectiveAt: final.received.effectiveAt + 1 },
    reading: { text: 'Corrected.' },
  });
  const state = reports(corrected, overRead, final);
  assert.deepEqual(
    state.reports.map(({ latest, versions }) => [
      latest.received.digest,
      versions.map(({ digest }) => digest),
    ]),
    [
      ['c', ['c', 'a']],
      ['b', ['b']],
    ],
  );
});

test('versions of one time are ordered by the life of a report, and a final one can come back to preliminary', () => {
  const at = 1_000;
  const version = (status: ReportLabeled['received']['status'], effectiveAt: number) =>
    reportLabeled({ received: { status, effectiveAt, digest: `${status}${effectiveAt}` } });
  assert.equal(
    reports(version('CORRECTED', at), version('FINAL', at), version('PRELIMINARY', at)).reports[0]?.latest
      .received.status,
    'CORRECTED',
  );
  assert.equal(
    reports(version('PRELIMINARY', at + 1), version('FINAL', at)).reports[0]?.latest.received.status,
    'PRELIMINARY',
  );
});

test('a message that is received again is no new version', () => {
  const first = { ...reportLabeled({ received: { digest: 'a' } }), receivedOffset: 3 };
  const again = { ...first, receivedOffset: 9 };
  for (const order of [
    [first, again],
    [again, first],
  ]) {
    const state = reports(...order);
    assert.deepEqual(
      state.reports[0]?.versions.map(({ receivedOffset }) => receivedOffset),
      [9],
    );
    assert.equal(state.reports[0]?.latest.receivedOffset, 9);
  }
});

test('a newer labeler reads the same version again, and an older one does not take it back', () => {
  const old = reportLabeled({ reading: { labeler: { generation: 1, hash: 'x' }, assertedText: 'old' } });
  const renewed = reportLabeled({ reading: { labeler: { generation: 2, hash: 'a' }, assertedText: 'new' } });
  const state = reports(renewed, old);
  assert.equal(state.reports[0]?.latest.reading.assertedText, 'new');
  assert.equal(state.reports[0]?.versions.length, 1);
});

test('after a site changed its lexicon the later reading counts, whichever comes first', () => {
  const before = reportLabeled({
    readAt: 5,
    reading: { labeler: { generation: 1, hash: 'x' }, assertedText: 'old' },
  });
  const since = reportLabeled({
    readAt: 9,
    reading: { labeler: { generation: 1, hash: 'a' }, assertedText: 'new' },
  });
  for (const events of [
    [before, since],
    [since, before],
  ])
    assert.equal(reports(...events).reports[0]?.latest.reading.assertedText, 'new');
});

test('a reading that came with a text vector is not lost to one that came without', () => {
  const without = reportLabeled();
  const withVector = reportLabeled({ reading: { textVectors: [{ sentence: null, vector: vector(1, 3) }] } });
  assert.equal(reports(withVector, without).reports[0]?.latest.reading.textVectors.length, 1);
});

test('a reading that is embedded again with one bundle has the vectors of both, in any order', () => {
  const [one, other] = [1, 2].map((generation) =>
    reportLabeled({ reading: { textVectors: [{ sentence: null, vector: vector(generation, 3) }] } }),
  );
  assert.ok(one !== undefined && other !== undefined);
  for (const events of [
    [one, other],
    [other, one],
  ])
    assert.deepEqual(
      reports(...events).reports[0]?.latest.reading.textVectors.map(
        ({ vector: { generation } }) => generation,
      ),
      [2, 1],
    );
});

test('a later reading counts also where an earlier one has vectors of a bundle that was retired since', () => {
  const textVectors = (...generations: number[]) =>
    generations.map((generation) => ({ sentence: null, vector: vector(generation, 3) }));
  const before = reportLabeled({
    readAt: 5,
    reading: { assertedText: 'old', textVectors: textVectors(1, 2) },
  });
  const since = reportLabeled({ readAt: 9, reading: { assertedText: 'new', textVectors: textVectors(1) } });
  assert.equal(reports(since, before).reports[0]?.latest.reading.assertedText, 'new');
});

test('an image that is sent twice stands once; with other bytes the newer one counts alone', () => {
  const first = imageEmbedded({ receivedOffset: 4 });
  const resent = imageEmbedded({ receivedOffset: 9, frames: [] });
  assert.equal(images(first, resent).images.length, 1);
  assert.equal(images(first, resent).images[0]?.replaced, false);

  const other = imageEmbedded({
    receivedOffset: 9,
    received: { object: { sha256: digestOf('other'), size: 1, mediaType: 'application/dicom' } },
    frames: [{ frame: 1, thumbnail: null, vector: vector(1, 99) }],
  });
  const state = images(other, first);
  assert.equal(state.images[0]?.replaced, true);
  assert.equal(state.images[0]?.received.object.sha256, digestOf('other'));
  assert.deepEqual(
    state.vectors.map(({ vector: { data } }) => data[0]),
    [99],
    'the vector of the replaced bytes is gone',
  );
  assert.equal(state.images[0]?.frames[0]?.thumbnail, null);
});

test('an image that was embedded with two bundles at once has a vector of each', () => {
  const both = imageEmbedded({
    frames: [{ frame: 1, thumbnail: null, vector: vector(1, 1), vectors: [vector(2, 2)] }],
  });
  const [older, newer] = [vector(1, 1), vector(2, 2)].map((one) =>
    imageEmbedded({ frames: [{ frame: 1, thumbnail: null, vector: one }] }),
  );
  assert.ok(older !== undefined && newer !== undefined);
  assert.deepEqual(images(both), images(older, newer));
  assert.equal(images(both).vectors.length, 2);
});

test('an image counts as held only as it was received, so that nothing that went comes back', () => {
  const event = imageEmbedded({ receivedOffset: 3 });
  const { images: held } = images(event);
  assert.ok(isHeldImage(held, event));
  assert.ok(!isHeldImage([], event));
  assert.ok(!isHeldImage(held, { ...event, receivedOffset: 4 }));
  assert.ok(!isHeldImage(held, imageEmbedded({ receivedOffset: 3, received: { receivedAt: 9 } })));
  assert.ok(!isHeldImage(held, imageEmbedded({ receivedOffset: 3, received: { sopInstanceUid: '1.2.9' } })));
});

test('an image that is embedded again keeps the vectors of two generations, the newest first', () => {
  const embedded = (generation: number) =>
    imageEmbedded({ frames: [{ frame: 1, thumbnail: null, vector: vector(generation, generation) }] });
  assert.deepEqual(
    images(embedded(2), embedded(1), embedded(3)).vectors.map(({ vector: { generation } }) => generation),
    [3, 2],
  );
});

test('an image that was named later and then embedded gets its vector', () => {
  const plain = imageEmbedded({ frames: [], backend: '', received: { keyImage: 'NONE' } });
  assert.equal(images(imageEmbedded(), plain).vectors.length, 1);
  assert.equal(images(plain, imageEmbedded()).vectors.length, 1);
});

test('embedding that failed once and passed once has passed', () => {
  const failed = imageEmbedded({ frames: [], backend: '', problem: 'IMAGE_UNDECODABLE' });
  assert.equal(images(imageEmbedded(), failed).images[0]?.problem, null);
  assert.equal(images(failed, imageEmbedded()).images[0]?.problem, null);
});

test('images are listed by series and instance, objects without numbers last', () => {
  const at = (uid: string, seriesNumber: number | null, instanceNumber: number | null) =>
    imageEmbedded({ received: { sopInstanceUid: uid, seriesNumber, instanceNumber } });
  assert.deepEqual(
    images(at('1', null, 1), at('2', 2, 10), at('3', 2, 9), at('4', 1, null), at('5', 1, 30)).images.map(
      ({ received }) => received.sopInstanceUid,
    ),
    ['5', '4', '3', '2', '1'],
  );
});

test('the first and the last receipt are those of all that was merged', () => {
  const early = imageEmbedded({ received: { receivedAt: 10, sopInstanceUid: '1' } });
  const late = imageEmbedded({ received: { receivedAt: 90, sopInstanceUid: '2' } });
  const state = mergeReport(images(late, early), reportLabeled({ received: { receivedAt: 50 } }));
  assert.deepEqual([state.firstReceivedAt, state.lastReceivedAt], [10, 90]);
});

test('a key object selection may come before its images', () => {
  const marks = selection('9.9', '113000', ['1.2.3.1']);
  const state = images(marks, imageEmbedded());
  assert.equal(state.images.length, 2);
  assert.equal(state.vectors.length, 1);
});

test('states of different cases are not merged', () => {
  assert.throws(
    () => mergeCases(reports(reportLabeled()), reports(reportLabeled({ received: { caseId: 'x' } }))),
    RangeError,
  );
});

test('what is merged is not changed', () => {
  const state = images(imageEmbedded());
  const before = events.case.encode(state);
  mergeImage(state, imageEmbedded({ receivedOffset: 3, received: { sopInstanceUid: '0' } }));
  mergeReport(state, reportLabeled());
  assert.deepEqual(events.case.encode(state), before);
});
