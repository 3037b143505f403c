import assert from 'node:assert/strict';
import { test } from 'node:test';
import { citedFrames, lackingFrames } from '../../../core/radiology/cited-images.ts';
import type { Case, ImageCitation, ImageReceived, Removal } from '../../../core/radiology/events.ts';
import { MAX_CASE_EMBEDDED_IMAGES, MAX_IMAGE_FRAMES } from '../../../core/radiology/limits.ts';
import { mergeImage, mergeReport, removeFrom } from '../../../core/radiology/merge.ts';
import { caseStanding } from '../../../core/radiology/standing.ts';
import { readReport } from '../../../core/text/reading.ts';
import { digestOf, imageEmbedded, reportLabeled, vector } from '../../../harness/event-fixture.ts';

const uid = (series: number, instance: number) => `1.2.${series}.${1_000 + instance}`;

/** A slice as it is passed on: nothing has named it. */
function slice(series: number, instance: number, more: Partial<ImageReceived> = {}) {
  return imageEmbedded({
    received: {
      sopInstanceUid: uid(series, instance),
      seriesInstanceUid: `1.2.${series}`,
      seriesNumber: series,
      instanceNumber: instance,
      modality: 'CT',
      keyImage: 'NONE',
      ...more,
    },
    frames: [],
    backend: '',
  });
}

/** The same with a vector of each of these frames. */
function embedded(series: number, instance: number, frames: number[], more: Partial<ImageReceived> = {}) {
  return {
    ...slice(series, instance, more),
    frames: imageEmbedded({
      frames: frames.map((frame) => ({ frame, thumbnail: null, vector: vector(1, frame) })),
    }).frames,
    backend: 'wasm',
  };
}

const reportOf = (text: string, version = 0) =>
  reportLabeled({
    received: {
      digest: digestOf(`${version}`),
      effectiveAt: version,
      status: version ? 'CORRECTED' : 'FINAL',
    },
    reading: { text, citations: readReport([{ section: null, text }]).citations },
  });

const caseOf = (...events: (ReturnType<typeof slice> | ReturnType<typeof reportOf>)[]): Case =>
  events.reduce<Case | null>(
    (state, one) => ('reading' in one ? mergeReport(state, one) : mergeImage(state, one)),
    null,
  ) as Case;

/** `series/instance` or `series/instance#frames` of what is cited. */
function cited(state: Case): string[] {
  const { placed } = citedFrames(state, caseStanding(state).shownImages);
  return placed.map(({ image: { received }, frames }) => {
    const name = `${received.seriesNumber}/${received.instanceNumber}`;
    return received.numberOfFrames === 1 ? name : `${name}#${frames}`;
  });
}

const series = (number: number, count: number) =>
  Array.from({ length: count }, (_, i) => slice(number, i + 1));

test('three of three hundred slices are cited, whichever side comes first', () => {
  const text = 'FINDINGS: Nodule (series 4 image 52). Cyst on image 12 of series 4. See series 4, image 299.';
  const slices = [...series(4, 300), ...series(5, 60)];
  const after = caseOf(...slices, reportOf(text));
  assert.deepEqual(cited(after), ['4/52', '4/12', '4/299']);
  assert.deepEqual(cited(caseOf(reportOf(text), ...slices)), cited(after));
  assert.deepEqual(cited(caseOf(reportOf(text), ...slices.slice(0, 20))), ['4/12'], 'those that have come');
});

test('a range and a list cite each image, and twice is once', () => {
  const text = 'FINDINGS: Effusion (series 2, images 30-34). Mass (series 2, images 3, 31 and 8).';
  assert.deepEqual(cited(caseOf(...series(2, 40), reportOf(text))), [
    '2/30',
    '2/31',
    '2/32',
    '2/33',
    '2/34',
    '2/3',
    '2/8',
  ]);
});

test('a number without its series is followed where one series alone has it', () => {
  const report = reportOf('FINDINGS: Nodule on image 12.');
  assert.deepEqual(cited(caseOf(...series(2, 20), ...series(3, 5), report)), ['2/12']);
  assert.deepEqual(cited(caseOf(...series(2, 20), ...series(3, 15), report)), []);
});

test('of a multi-frame the cited frame alone; as a whole the frames that a key image would have', () => {
  const clip = slice(3, 1, { numberOfFrames: 100 });
  const seventh = reportOf('FINDINGS: Thrombus (series 3 image 7).');
  assert.deepEqual(cited(caseOf(clip, seventh)), ['3/1#7']);
  const whole = reportOf('FINDINGS: Thrombus (series 3 image 1).');
  assert.deepEqual(cited(caseOf(clip, whole)), ['3/1#13,38,63,88']);
  assert.deepEqual(
    cited(caseOf(embedded(3, 1, [5, 90], { numberOfFrames: 100 }), whole)),
    ['3/1#5,90'],
    'those that it has',
  );
});

test('a correction without the citation takes it away, and so do a cancellation and a removal', () => {
  const first = reportOf('FINDINGS: Nodule (series 4 image 2).');
  const state = caseOf(...series(4, 3), first);
  assert.deepEqual(cited(state), ['4/2']);
  const corrected = reportOf('FINDINGS: No nodule.', 1);
  assert.deepEqual(cited(mergeReport(state, corrected)), []);
  assert.deepEqual(cited(caseOf(corrected, ...series(4, 3), first)), []);
  const { received } = first;
  const cancelled = { ...first, received: { ...received, status: 'CANCELLED' as const, effectiveAt: 9 } };
  assert.deepEqual(cited(mergeReport(state, cancelled)), []);
  assert.deepEqual(cited(removeFrom(state, [removal(uid(4, 2))])), []);
});

test('images that are withheld are not cited by the report of somebody else', () => {
  const patient = (familyName: string, identifier: string) => ({
    issuer: 'SITE',
    identifier,
    familyName,
    givenName: 'A',
    birthDate: '19500101',
    sex: 'F' as const,
  });
  const report = reportOf('FINDINGS: Nodule (series 4 image 2).');
  const of = { ...report, received: { ...report.received, patient: patient('ONE', '1') } };
  assert.deepEqual(cited(caseOf(slice(4, 2, { patient: patient('ONE', '1') }), of)), ['4/2']);
  assert.deepEqual(cited(caseOf(slice(4, 2, { patient: patient('OTHER', '2') }), of)), []);
});

test(`cited frames take the free ones of ${MAX_CASE_EMBEDDED_IMAGES} places, in the order of the citations`, () => {
  const range = (from: number, to: number): ImageCitation[] =>
    Array.from({ length: to - from + 1 }, (_, i) => ({
      ...({ start: 0, end: 1, sentenceStart: 0, sentenceEnd: 1, contextStart: 0, contextEnd: 1 } as const),
      seriesNumber: 4,
      instanceNumber: from + i,
    }));
  const report = reportLabeled({ reading: { citations: [...range(41, 90), ...range(1, 40)] } });
  const full = caseOf(...series(4, 100), report);
  const placed = cited(full);
  assert.equal(placed.length, MAX_CASE_EMBEDDED_IMAGES);
  assert.deepEqual([placed[0], placed[49], placed[50], placed.at(-1)], ['4/41', '4/90', '4/1', '4/14']);
  assert.equal(citedFrames(full, caseStanding(full).shownImages).leftOut, 26);
  assert.deepEqual(caseStanding(full).flags, ['OVERFLOW', 'PATIENT_CANNOT_TELL']);

  // What has a place keeps it; what was removed keeps its own.
  const keys = Array.from({ length: 60 }, (_, i) => embedded(9, i + 1, [1], { keyImage: 'NAMED' }));
  const beside = caseOf(...series(4, 100), ...keys, report);
  assert.deepEqual(cited(beside), ['4/41', '4/42', '4/43', '4/44']);
  const after = removeFrom(beside, [removal(uid(9, 60))]);
  assert.equal(after.images.filter(({ received }) => received.seriesNumber === 9).length, 59);
  assert.deepEqual(cited(after), ['4/41', '4/42', '4/43', '4/44']);
  assert.equal(after.overflow, false);

  // Whatever is embedded of it, the merge leaves nothing out.
  const merged = placed.reduce(
    (state, name) => mergeImage(state, embedded(4, Number(name.split('/')[1]), [1])),
    full,
  );
  assert.deepEqual([merged.vectors.length, merged.overflow], [MAX_CASE_EMBEDDED_IMAGES, false]);
  assert.deepEqual(cited(merged), placed);
});

test(`of one object at most ${MAX_IMAGE_FRAMES} frames`, () => {
  const text = 'FINDINGS: Cysts (series 3 images 10-50).';
  const state = caseOf(slice(3, 1, { numberOfFrames: 100 }), reportOf(text));
  const { placed, leftOut } = citedFrames(state, caseStanding(state).shownImages);
  assert.deepEqual(
    placed.map(({ frames }) => frames),
    [Array.from({ length: MAX_IMAGE_FRAMES }, (_, i) => 10 + i)],
  );
  assert.equal(leftOut, 41 - MAX_IMAGE_FRAMES);
});

test('a frame lacks a generation that it has not, and that newer ones have not pushed out', () => {
  const generations = (...list: number[]) => {
    const [first = null, ...further] = list.map((generation) => vector(generation, 1));
    const frames = [{ frame: 1, thumbnail: null, vector: first, vectors: further }];
    const state = mergeImage(null, imageEmbedded({ frames }));
    const [image] = state.images;
    assert.ok(image);
    return [1, 2, 3].filter((one) => lackingFrames(state, { image, frames: [1] }, one).length > 0);
  };
  assert.deepEqual(generations(), [1, 2, 3]);
  assert.deepEqual(generations(1), [2, 3]);
  assert.deepEqual(generations(1, 2), [3]);
  assert.deepEqual(generations(2, 3), [], 'a case keeps the two newest');
});

function removal(sopInstanceUid: string): Removal {
  const decided = { code: '', by: 'test', decidingOffset: 1, decidedAt: 1, frames: [] };
  return { what: 'IMAGE', sopInstanceUid, report: null, why: 'ERASED', ...decided };
}
