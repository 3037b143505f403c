import assert from 'node:assert/strict';
import test from 'node:test';
import type { Case, ImageCitation, ImageEmbedded, Removal } from '../../../core/radiology/events.ts';
import { imageLinks } from '../../../core/radiology/image-links.ts';
import { mergeImage, mergeReport, removeFrom } from '../../../core/radiology/merge.ts';
import { imageEmbedded, reportLabeled } from '../../../harness/event-fixture.ts';

const citation = (seriesNumber: number | null, instanceNumber: number): ImageCitation => ({
  seriesNumber,
  instanceNumber,
  start: 5,
  end: 20,
  sentenceStart: 0,
  sentenceEnd: 30,
  contextStart: 0,
  contextEnd: 60,
});
const image = (
  seriesNumber: number,
  instanceNumber: number,
  studyInstanceUid = '1.2',
  numberOfFrames = 1,
): ImageEmbedded =>
  imageEmbedded({
    received: {
      sopInstanceUid: `${studyInstanceUid}.${seriesNumber}.${instanceNumber}`,
      seriesInstanceUid: `${studyInstanceUid}.${seriesNumber}`,
      studyInstanceUid,
      seriesNumber,
      instanceNumber,
      numberOfFrames,
    },
  });
const report = (citations: ImageCitation[], studyInstanceUids: string[] = []) =>
  reportLabeled({ received: { studyInstanceUids }, reading: { citations } });

function caseOf(cited: ReturnType<typeof report>, images: readonly ImageEmbedded[]): Case {
  return images.reduce((state, one) => mergeImage(state, one), mergeReport(null, cited));
}
const linked = (state: Case): string[] => imageLinks(state).map(({ sopInstanceUid }) => sopInstanceUid);

test('a cited image is linked with its sentence, whichever side comes first', () => {
  const cited = report([citation(3, 55)]);
  const first = caseOf(cited, [image(3, 55), image(4, 55)]);
  const last = mergeReport(mergeImage(mergeImage(null, image(4, 55)), image(3, 55)), cited);
  assert.deepEqual(imageLinks(first), [
    { report: cited.received.identity, citation: citation(3, 55), sopInstanceUid: '1.2.3.55', frame: null },
  ]);
  assert.deepEqual(imageLinks(last), imageLinks(first));
});

test('a citation that could mean images of two series means none', () => {
  const images = [image(3, 55), image(4, 55)];
  assert.deepEqual(linked(caseOf(report([citation(null, 55)]), images)), []);
  assert.deepEqual(linked(caseOf(report([citation(null, 55)]), images.slice(0, 1))), ['1.2.3.55']);
});

test('a report that names its study means images of that', () => {
  const images = [image(3, 55, '1.2'), image(3, 55, '1.9')];
  assert.deepEqual(linked(caseOf(report([citation(3, 55)], ['1.9']), images)), ['1.9.3.55']);
  assert.deepEqual(linked(caseOf(report([citation(3, 55)]), images)), []);
});

test('in a series that is one multi-frame object, a number that no instance has is that of a frame', () => {
  const meant = (cited: ImageCitation, ...images: ImageEmbedded[]) =>
    imageLinks(caseOf(report([cited]), images)).map(({ sopInstanceUid, frame }) => [sopInstanceUid, frame]);
  const volume = image(3, 1, '1.2', 20);
  assert.deepEqual(meant(citation(3, 7), volume), [['1.2.3.1', 7]]);
  assert.deepEqual(meant(citation(3, 20), volume, image(4, 1)), [['1.2.3.1', 20]]);
  assert.deepEqual(meant(citation(3, 1), volume), [['1.2.3.1', null]], 'the instance number counts first');
  assert.deepEqual(meant(citation(3, 21), volume), [], 'it has no such frame');
  assert.deepEqual(meant(citation(3, 0), volume), []);
  assert.deepEqual(
    meant(citation(3, 7), volume, image(3, 2)),
    [],
    'an image that may still come could have it',
  );
  assert.deepEqual(meant(citation(3, 2), volume, image(3, 2)), [['1.2.3.2', null]]);
  assert.deepEqual(meant(citation(null, 7), volume, image(4, 1)), [['1.2.3.1', 7]]);
  assert.deepEqual(meant(citation(null, 7), volume, image(4, 7)), [], 'two series have such an image');
});

test('what was removed or cancelled has no links', () => {
  const state = caseOf(report([citation(3, 55)]), [image(3, 55)]);
  const removal: Removal = {
    what: 'IMAGE',
    sopInstanceUid: '1.2.3.55',
    report: null,
    why: 'REJECTED',
    code: '113001',
    by: '1.9',
    decidingOffset: 1,
    decidedAt: 1,
    frames: [],
  };
  assert.deepEqual(linked(removeFrom(state, [removal])), []);
  const cancelled = reportLabeled({
    received: { status: 'CANCELLED' },
    reading: { citations: [citation(3, 55)] },
  });
  assert.deepEqual(linked(caseOf(cancelled, [image(3, 55)])), []);
});
