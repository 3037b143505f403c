import assert from 'node:assert/strict';
import test from 'node:test';
import { InterleaveError } from '../../../core/errors.ts';
import { avroSizeAtMost } from '../../../core/radiology/avro-size.ts';
import type {
  Case,
  ImageEmbedded,
  Prediction,
  ReportLabeled,
  ReportTopics,
  TextVector,
} from '../../../core/radiology/events.ts';
import { fitImage } from '../../../core/radiology/fit-image.ts';
import { fitReport } from '../../../core/radiology/fit-report.ts';
import * as limits from '../../../core/radiology/limits.ts';
import { mergeCases, mergeImage, mergeReport } from '../../../core/radiology/merge.ts';
import {
  CASE_ID,
  digestOf,
  findingOf,
  imageEmbedded,
  reportLabeled,
  selection,
  vector,
} from '../../../harness/event-fixture.ts';
import { MAX_RECORD_VALUE_BYTES } from '../../../platform/kafka/limits.ts';
import { events } from '../../../schemas/events.ts';

/** Merges many events quickly: as a tree, which the laws of the merge allow. */
function mergeAll(states: readonly Case[]): Case {
  if (states.length === 1 && states[0] !== undefined) return states[0];
  const half = Math.ceil(states.length / 2);
  return mergeCases(mergeAll(states.slice(0, half)), mergeAll(states.slice(half)));
}
const uid = (number: number): string => `1.2.${String(number).padStart(6, '0')}`;
const ofReports = (list: ReportLabeled[]): Case => mergeAll(list.map((event) => mergeReport(null, event)));
const ofImages = (list: ImageEmbedded[]): Case => mergeAll(list.map((event) => mergeImage(null, event)));
/** Of the whole report and of twenty sentences, in two generations. */
const textVectors = (fill: number, bytes: number): TextVector[] =>
  [null, ...count(20, (i) => ({ start: i, end: i + 1 }))].flatMap((sentence) =>
    [1, 2].map((generation) => ({ sentence, vector: vector(generation, fill, bytes) })),
  );
const manyScores = (generation: number): Prediction => ({
  generation,
  bundle: digestOf('heads'),
  scores: count(60, (i) => ({ concept: `predicted-${i}`, score: i / 60 })),
});
const topics = (generation: number): ReportTopics => ({
  generation,
  bundle: digestOf('topics'),
  topics: count(30, (i) => ({ topic: `topic ${i}`, weight: (i + 1) / 100 })),
});
const count = <T>(length: number, make: (i: number) => T): T[] => Array.from({ length }, (_, i) => make(i));

test('no case is larger than a record may be, by the limits alone', () => {
  assert.ok(limits.largestCaseBytes(limits.CASE_LIMITS) <= MAX_RECORD_VALUE_BYTES);
});

test('a case with more of everything than it can hold is a record like any other', () => {
  const manyReports = count(limits.MAX_CASE_REPORTS + 3, (i) =>
    count(4, (version) =>
      reportLabeled({
        received: {
          identity: { facility: 'HOSPITAL', fillerNumber: `F${i}` },
          effectiveAt: version,
          zoned: version % 2 === 0,
          digest: digestOf(`${i} ${version}`),
        },
        reading: {
          text: 'Größe und Lage unverändert. '.repeat(20_000),
          textVectors: textVectors(1, 4_096),
          topics: [topics(1)],
        },
      }),
    ),
  ).flat();
  const manyImages = count(limits.MAX_CASE_IMAGES + 100, (i) =>
    imageEmbedded({
      received: {
        sopInstanceUid: `${uid(i)}.${'1'.repeat(40)}`,
        instanceNumber: i,
        institution: 'Krankenhaus '.repeat(100),
        studyDescription: 'x'.repeat(5_000),
      },
      frames: count(10, (frame) => ({
        frame: frame + 1,
        thumbnail: { sha256: digestOf(`${i} ${frame}`), size: 9_999, mediaType: 'image/jpeg' },
        vector: vector(1, 1, limits.MAX_VECTOR_BYTES, digestOf('model')),
        predictions: [1, 2].map(manyScores),
      })),
    }),
  );
  const again = manyImages.map((event) => ({
    ...event,
    frames: event.frames.map((frame) => ({ ...frame, vector: vector(2, 2, 4_096, digestOf('newer')) })),
  }));
  const manySelections = count(limits.MAX_CASE_SELECTIONS + 2, (i) =>
    selection(
      `1.1.${i}`,
      '113000',
      count(3_000, (j) => `${uid(j)}.${'1'.repeat(40)}`),
    ),
  );
  const state = mergeCases(ofReports(manyReports), ofImages([...manyImages, ...again, ...manySelections]));
  const bytes = events.case.encode(state).length;
  assert.equal(state.overflow, true);
  assert.equal(state.reports.length, limits.MAX_CASE_REPORTS);
  assert.equal(state.images.length, limits.MAX_CASE_IMAGES + limits.MAX_CASE_SELECTIONS);
  assert.equal(state.vectors.length, limits.MAX_CASE_EMBEDDED_IMAGES * limits.MAX_VECTOR_GENERATIONS);
  assert.ok(bytes > MAX_RECORD_VALUE_BYTES * 0.5, `${bytes} bytes are a fair trial`);
  assert.ok(bytes <= MAX_RECORD_VALUE_BYTES, `${bytes} bytes`);
});

test('MAX_ZONE_DOUBT_MS: so far times of versions with and without a zone are in doubt, and not further', () => {
  const shownAt = (apart: number) =>
    ofReports([
      reportLabeled({ received: { status: 'FINAL', effectiveAt: 0, zoned: false, digest: 'a' } }),
      reportLabeled({ received: { status: 'PRELIMINARY', effectiveAt: apart, zoned: true, digest: 'b' } }),
    ]).reports[0]?.latest.received.status;
  assert.equal(shownAt(limits.MAX_ZONE_DOUBT_MS), 'FINAL');
  assert.equal(shownAt(limits.MAX_ZONE_DOUBT_MS + 1), 'PRELIMINARY');
});

test('MAX_CASE_REPORTS: what is left out is flagged', () => {
  const list = count(limits.MAX_CASE_REPORTS + 1, (i) =>
    reportLabeled({ received: { identity: { facility: 'H', fillerNumber: `F${i}` } } }),
  );
  assert.equal(ofReports(list.slice(1)).overflow, false);
  assert.equal(ofReports(list).overflow, true);
});

test('MAX_REPORT_VERSIONS: the newest are remembered', () => {
  const list = count(limits.MAX_REPORT_VERSIONS + 5, (i) => reportLabeled({ received: { effectiveAt: i } }));
  const versions = ofReports(list).reports[0]?.versions;
  assert.equal(versions?.length, limits.MAX_REPORT_VERSIONS);
  assert.equal(versions?.[0]?.effectiveAt, limits.MAX_REPORT_VERSIONS + 4);
});

test('MAX_SENTENCE_VECTORS, MAX_VECTOR_GENERATIONS and MAX_REPORT_TOPICS', () => {
  const reading = {
    textVectors: [...textVectors(1, 8), { sentence: null, vector: vector(3, 1) }],
    topics: [topics(1)],
  };
  const kept = ofReports([reportLabeled({ reading })]).reports[0]?.latest.reading;
  const places = kept?.textVectors.map(({ sentence, vector: { generation } }) => [
    sentence?.start ?? -1,
    generation,
  ]);
  assert.deepEqual(places?.slice(0, 4), [
    [-1, 3],
    [-1, 2],
    [0, 2],
    [0, 1],
  ]);
  assert.equal(places?.length, 2 * (1 + limits.MAX_SENTENCE_VECTORS));
  assert.equal(kept?.topics[0]?.topics.length, limits.MAX_REPORT_TOPICS);
  assert.ok(
    kept?.topics[0]?.topics.some(({ topic }) => topic === 'topic 29'),
    'the heaviest stay',
  );
});

test('MAX_REPORT_BYTES: vectors of sentences go before the text', () => {
  const reading = { text: 'word '.repeat(5_000), textVectors: textVectors(1, 4_096) };
  const { event, cut } = fitReport(reportLabeled({ reading }));
  assert.equal(event.reading.text, reading.text);
  assert.ok(event.reading.textVectors.every(({ sentence }) => sentence === null));
  assert.equal(cut, true);
});

test('MAX_VERSION_FINDINGS_BYTES: each version remembers its results, what is present first', () => {
  const findings = [
    ...count(60, (i) => findingOf({ concept: `denied-finding-${i}`, assertion: 'ABSENT' })),
    findingOf({ concept: 'pneumothorax', laterality: 'LEFT' }),
    findingOf({ concept: 'heart-normal', kind: 'NORMAL' }),
    findingOf({ concept: 'mass', time: 'HISTORICAL' }),
  ];
  const first = reportLabeled({ received: { effectiveAt: 1 }, reading: { findings } });
  const second = reportLabeled({ received: { effectiveAt: 2, digest: 'b' }, reading: { findings: [] } });
  const [newer, older] = ofReports([first, second]).reports[0]?.versions ?? [];
  assert.deepEqual(newer?.findings?.results, []);
  assert.deepEqual(older?.findings?.results.slice(0, 2), [
    { concept: 'heart-normal', assertion: 'PRESENT', laterality: '', kind: 'NORMAL' },
    { concept: 'pneumothorax', assertion: 'PRESENT', laterality: 'LEFT', kind: 'FINDING' },
  ]);
  const results = older?.findings?.results.length ?? 0;
  assert.ok(results > 20 && results < 60, `${results}`);
});

test('MAX_REPORT_BYTES: the parts go first, then the end of the text, with what was read in it', () => {
  const ordinary = reportLabeled();
  assert.deepEqual(fitReport(ordinary), { event: ordinary, cut: false });

  const long = reportLabeled({
    reading: { text: 'word '.repeat(12_000), assertedText: 'word', findings: [findingOf({ start: 44_000 })] },
  });
  const withoutParts = fitReport(long);
  assert.deepEqual(withoutParts.event.received.parts, []);
  assert.equal(withoutParts.event.reading.text, long.reading.text);
  assert.equal(withoutParts.event.reading.findings.length, 1);
  assert.equal(withoutParts.cut, true);

  const longest = reportLabeled({
    reading: {
      text: '\u{1f9e0}'.repeat(300_000),
      findings: [findingOf({ start: 10 }), findingOf({ start: 500_000 })],
    },
  });
  const cut = fitReport(longest);
  assert.ok(avroSizeAtMost(cut.event) <= limits.MAX_REPORT_BYTES);
  assert.ok(cut.event.reading.text.length >= 16_000);
  assert.deepEqual(
    cut.event.reading.findings.map(({ start }) => start),
    [10],
  );
  assert.doesNotThrow(() => encodeURIComponent(cut.event.reading.text), 'no half of a surrogate pair');
});

test('MAX_CASE_IMAGES: slices never push out the selections that name them', () => {
  const list = count(limits.MAX_CASE_IMAGES + 1, (i) =>
    imageEmbedded({ received: { sopInstanceUid: uid(i) }, frames: [] }),
  );
  const state = ofImages([...list, selection('9.9', '113000', [uid(1)])]);
  assert.equal(state.overflow, true);
  assert.equal(state.images.length, limits.MAX_CASE_IMAGES + 1);
  assert.ok(state.images.some(({ received }) => received.sopInstanceUid === '9.9'));
  assert.equal(ofImages(list.slice(1)).overflow, false);
});

test('MAX_CASE_SELECTIONS and MAX_SELECTION_BYTES', () => {
  const many = count(limits.MAX_CASE_SELECTIONS + 1, (i) => selection(`9.${i}`, '113000', ['1']));
  assert.equal(ofImages(many).overflow, true);
  assert.equal(ofImages(many).images.length, limits.MAX_CASE_SELECTIONS);

  const whole = selection(
    '9.1',
    '113037',
    count(500, (i) => `${uid(i)}.${'1'.repeat(45)}`),
  );
  assert.equal(fitImage(whole).cut, false, 'a selection of 500 objects is whole');
  const large = fitImage(selection('9.1', '113037', count(5_000, uid)));
  assert.ok(avroSizeAtMost(large.event.received) <= limits.MAX_SELECTION_BYTES);
  assert.ok(large.event.received.references.length > 500);
  assert.equal(large.cut, true);
});

test('MAX_IMAGE_BYTES: descriptions are shortened, the patient last', () => {
  const ordinary = imageEmbedded();
  assert.equal(fitImage(ordinary).event.received, ordinary.received);
  const wordy = fitImage(imageEmbedded({ received: { institution: 'Ä'.repeat(2_000) } }));
  assert.equal(wordy.event.received.institution.length, 16);
  assert.equal(wordy.cut, true);
  const patient = { ...ordinary.received.patient, familyName: 'x'.repeat(3_000) };
  assert.equal(fitImage(imageEmbedded({ received: { patient } })).event.received.patient.familyName, '');
});

test('MAX_IMAGE_FRAMES and MAX_CASE_EMBEDDED_IMAGES: the first frames stay', () => {
  const cine = (number: number, frames: number) =>
    imageEmbedded({
      received: { sopInstanceUid: uid(number) },
      frames: count(frames, (i) => ({ frame: i + 1, thumbnail: null, vector: vector(1, i) })),
    });
  const one = ofImages([cine(1, limits.MAX_IMAGE_FRAMES + 1)]);
  assert.deepEqual(
    one.vectors.map(({ frame }) => frame),
    count(limits.MAX_IMAGE_FRAMES, (i) => i + 1),
  );
  assert.equal(one.overflow, true);
  assert.equal(ofImages([cine(1, limits.MAX_IMAGE_FRAMES)]).overflow, false);

  const embedded = count(limits.MAX_CASE_EMBEDDED_IMAGES + 1, (i) => cine(i, 1));
  assert.equal(ofImages(embedded).vectors.length, limits.MAX_CASE_EMBEDDED_IMAGES);
  assert.equal(
    ofImages(embedded).images.length,
    embedded.length,
    'an image without a place is listed all the same',
  );
  assert.equal(ofImages(embedded).overflow, true);
  assert.equal(ofImages(embedded.slice(1)).overflow, false);
});

test('MAX_FRAME_BYTES and MAX_VECTOR_BYTES: a thumbnail or vector that is too large is left out', () => {
  const thumbnail = { sha256: 'x'.repeat(limits.MAX_FRAME_BYTES), size: 1, mediaType: 'image/jpeg' };
  const large = vector(1, 1, limits.MAX_VECTOR_BYTES + 2);
  const state = mergeImage(null, imageEmbedded({ frames: [{ frame: 1, thumbnail, vector: large }] }));
  assert.deepEqual(state.images[0]?.frames, [{ frame: 1, thumbnail: null }]);
  assert.equal(state.vectors.length, 0);
  assert.equal(state.overflow, true);
  const report = mergeReport(
    null,
    reportLabeled({ reading: { textVectors: [{ sentence: null, vector: large }] } }),
  );
  assert.deepEqual(report.reports[0]?.latest.reading.textVectors, []);
  assert.equal(report.overflow, true);
});

test('MAX_PREDICTION_BYTES: the smallest scores go; a generation that two have followed goes whole', () => {
  const frames = [{ frame: 1, thumbnail: null, vector: null, predictions: [1, 2, 3].map(manyScores) }];
  const state = ofImages([imageEmbedded({ frames })]);
  assert.deepEqual(
    state.predictions.map(({ prediction: { generation } }) => generation),
    [3, 2],
  );
  const scores = state.predictions[0]?.prediction.scores ?? [];
  assert.ok(scores.length > 20 && scores.length < 60, `${scores.length}`);
  assert.equal(Math.min(...scores.map(({ score }) => score)), (60 - scores.length) / 60);
  assert.equal(state.overflow, true);
});

test('MAX_IDENTITY_BYTES and MAX_NAME_BYTES: what is longer is refused, never shortened', () => {
  const refused = (run: () => unknown) =>
    assert.throws(run, (error) => error instanceof InterleaveError && error.code === 'CASE_TOO_LARGE');
  refused(() => mergeImage(null, imageEmbedded({ received: { sopInstanceUid: '1'.repeat(65) } })));
  mergeImage(null, imageEmbedded({ received: { sopInstanceUid: '1'.repeat(64) } }));
  const named = (fillerNumber: string) =>
    reportLabeled({ received: { identity: { facility: '', fillerNumber } } });
  refused(() => mergeReport(null, named('1'.repeat(513))));
  mergeReport(null, named('1'.repeat(512)));
  refused(() => mergeImage(null, imageEmbedded({ received: { seriesInstanceUid: '1'.repeat(2_000) } })));
  refused(() => mergeReport(null, reportLabeled({ received: { modality: 'x'.repeat(100_000) } })));
});

test('the bound of a size holds for what Avro writes', () => {
  const report = reportLabeled({
    reading: { text: 'Größe '.repeat(500), textVectors: [{ sentence: null, vector: vector(3, 1, 1_024) }] },
  });
  const image = imageEmbedded();
  for (const [bound, bytes] of [
    [avroSizeAtMost(report), events.reportLabeled.encode(report).length - 5],
    [avroSizeAtMost(image), events.imageEmbedded.encode(image).length - 5],
  ] as const) {
    assert.ok(bytes <= bound, `${bytes} <= ${bound}`);
    assert.ok(bound < bytes * 1.2 + 100, `${bound} is near ${bytes}`);
  }
  assert.equal(report.received.caseId, CASE_ID);
});
