import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { Case, ImageEmbedded, ReportLabeled, ReportStatus } from '../../../core/radiology/events.ts';
import { isSelection } from '../../../core/radiology/fit-image.ts';
import { type LeftOut, leftOutByImage, leftOutByReport } from '../../../core/radiology/left-out.ts';
import { CASE_LIMITS, type CaseLimits, MAX_ZONE_DOUBT_MS } from '../../../core/radiology/limits.ts';
import { mergeCases, mergeImage, mergeReport } from '../../../core/radiology/merge.ts';
import {
  digestOf,
  findingOf,
  imageEmbedded,
  predictionOf,
  reportLabeled,
  vector,
} from '../../../harness/event-fixture.ts';
import { events } from '../../../schemas/events.ts';

/**
 * The laws of the merge, on events that collide on purpose: few identities, few offsets, few digests, small limits.
 * Equal means equal bytes, since the joiner compares bytes.
 */

type Event = { report: ReportLabeled } | { image: ImageEmbedded };

/** So small that every list overflows. */
const SMALL: CaseLimits = {
  ...CASE_LIMITS,
  reports: 2,
  reportVersions: 2,
  sentenceVectors: 2,
  images: 3,
  selections: 1,
  imageFrames: 2,
  embeddedFrames: 4,
};

const STATUSES: ReportStatus[] = ['PRELIMINARY', 'FINAL', 'CORRECTED', 'ADDENDUM', 'CANCELLED'];
const small = (max: number) => fc.integer({ min: 0, max });

const report: fc.Arbitrary<Event> = fc
  .record({
    filler: small(3),
    status: fc.constantFrom(...STATUSES),
    // One, two or three thirds of what is in doubt without a zone: some pairs compare by time, others do not.
    effectiveAt: small(4).map((thirds) => (thirds * (MAX_ZONE_DOUBT_MS + 1)) / 3),
    zoned: fc.boolean(),
    offset: small(3),
    digest: small(2),
    generation: small(2),
    hash: small(1),
    readAt: small(2),
    vectors: fc.array(fc.tuple(small(3), fc.option(small(3)), small(1)), { maxLength: 4 }),
    topics: fc.array(fc.tuple(small(3), small(1)), { maxLength: 2 }),
    findings: fc.array(small(2), { maxLength: 2 }),
    problem: fc.option(fc.constant('REPORT_EMPTY')),
    receivedAt: small(5),
    long: fc.boolean(),
  })
  .map((given) => ({
    report: reportLabeled({
      receivedOffset: given.offset,
      readAt: given.readAt,
      received: {
        identity: { facility: 'HOSPITAL', fillerNumber: `F${given.filler}` },
        status: given.status,
        effectiveAt: Math.round(given.effectiveAt),
        zoned: given.zoned,
        digest: digestOf(`${given.digest}`),
        receivedAt: given.receivedAt,
      },
      reading: {
        text: given.long ? 'word '.repeat(10_000) : 'A text.',
        labeler: { generation: given.generation, hash: `hash-${given.hash}` },
        textVectors: given.vectors.map(([generation, start, fill]) => ({
          sentence: start === null ? null : { start, end: start + 1 },
          vector: vector(generation, fill),
        })),
        topics: given.topics.map(([generation, topic]) => ({
          generation,
          bundle: `bundle-${generation}`,
          topics: [{ topic: `t${topic}`, weight: 0.5 }],
        })),
        findings: given.findings.map((concept) => findingOf({ concept: `c${concept}` })),
        problem: given.problem,
      },
    }),
  }));

const image: fc.Arbitrary<Event> = fc
  .record({
    uid: small(5),
    kind: fc.constantFrom(
      'IMAGE' as const,
      'IMAGE' as const,
      'OTHER' as const,
      'KEY_OBJECT_SELECTION' as const,
    ),
    series: fc.option(small(2)),
    instance: fc.option(small(2)),
    offset: small(2),
    object: small(1),
    backend: fc.constantFrom('wasm', 'native', ''),
    problem: fc.option(fc.constant('IMAGE_UNDECODABLE')),
    receivedAt: small(5),
    frames: fc.array(
      fc.record({
        frame: fc.integer({ min: 1, max: 3 }),
        thumbnail: fc.option(small(1)),
        generation: fc.option(small(3)),
        predicted: fc.array(fc.tuple(small(3), small(1)), { maxLength: 2 }),
        further: fc.array(small(3), { maxLength: 2 }),
        fill: small(1),
      }),
      { maxLength: 4 },
    ),
  })
  .map((given) => ({
    image: imageEmbedded({
      receivedOffset: given.offset,
      received: {
        sopInstanceUid: `1.2.${given.uid}`,
        kind: given.kind,
        seriesNumber: given.series,
        instanceNumber: given.instance,
        object: { sha256: digestOf(`${given.object}`), size: 10, mediaType: 'application/dicom' },
        receivedAt: given.receivedAt,
      },
      frames: given.frames.map(({ frame, thumbnail, generation, further, predicted, fill }) => ({
        frame,
        thumbnail:
          thumbnail === null ? null : { sha256: digestOf(`t${thumbnail}`), size: 1, mediaType: 'image/jpeg' },
        vector: generation === null ? null : vector(generation, fill),
        predictions: predicted.map(([heads, score]) => predictionOf(heads, score)),
        vectors: further.map((one) => vector(one, fill)),
      })),
      backend: given.backend,
      problem: given.problem,
    }),
  }));

/**
 * What becomes of an image that reports cite, as inference gives it: it is passed on as it came, then frames of it are
 * embedded, some of them with each event and by any generation, or it has a problem. One receipt, or two.
 */
const cited: fc.Arbitrary<Event> = fc
  .record({
    uid: small(2),
    offset: small(1),
    outcome: fc.constantFrom('passed on', 'embedded', 'embedded', 'IMAGE_UNDECODABLE'),
    frames: fc.uniqueArray(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 3 }),
    generation: fc.integer({ min: 1, max: 3 }),
  })
  .map(({ uid, offset, outcome, frames, generation }) => ({
    image: imageEmbedded({
      receivedOffset: offset,
      received: { sopInstanceUid: `1.2.${uid}`, keyImage: 'NONE', numberOfFrames: 5, receivedAt: 3 },
      frames:
        outcome === 'embedded'
          ? frames.map((frame) => ({
              frame,
              thumbnail: { sha256: digestOf(`${uid}/${frame}`), size: 1, mediaType: 'image/jpeg' },
              vector: null,
              vectors: [vector(generation, frame)],
            }))
          : [],
      backend: outcome === 'embedded' ? 'wasm' : '',
      problem: outcome === 'IMAGE_UNDECODABLE' ? outcome : null,
    }),
  }));

const event = fc.oneof(report, image, image, cited, cited);
const someEvents = fc.array(event, { minLength: 1, maxLength: 14 });
/** With a list of events: numbers that shuffle it. */
const shuffled = someEvents.chain((list) =>
  fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length, maxLength: list.length })),
);

for (const [name, limits] of [
  ['the real limits', CASE_LIMITS],
  ['limits that overflow', SMALL],
] as const) {
  const mergeAll = (list: readonly Event[]): Case => {
    const state = list.reduce<Case | null>((before, one) => merge(before, one, limits), null);
    assert(state !== null);
    return state;
  };

  test(`${name}: the order of arrival does not matter`, () => {
    fc.assert(
      fc.property(shuffled, ([list, other]) => {
        assert.deepEqual(bytes(mergeAll(list)), bytes(mergeAll(other)));
      }),
      { numRuns: 1_500 },
    );
  });

  test(`${name}: repeats change nothing`, () => {
    fc.assert(
      fc.property(shuffled, ([list, again]) => {
        const once = mergeAll(list);
        assert.deepEqual(bytes(mergeAll([...list, ...again])), bytes(once));
        for (const one of list) assert.deepEqual(bytes(merge(once, one, limits)), bytes(once));
        assert.deepEqual(bytes(mergeCases(once, once, limits)), bytes(once));
      }),
      { numRuns: 500 },
    );
  });

  test(`${name}: states that grew apart merge to the same case, on either side`, () => {
    fc.assert(
      fc.property(shuffled, fc.array(fc.nat()), ([list, other], cuts) => {
        const parts = split(other, cuts).map(mergeAll);
        const joined = parts.reduce((a, b) => mergeCases(a, b, limits));
        const joinedBackwards = parts.reduceRight((a, b) => mergeCases(b, a, limits));
        assert.deepEqual(bytes(joined), bytes(mergeAll(list)));
        assert.deepEqual(bytes(joinedBackwards), bytes(mergeAll(list)));
      }),
      { numRuns: 1_000 },
    );
  });

  test(`${name}: whatever ever arrived is in the case or was left out, once for each time that it came`, () => {
    fc.assert(
      fc.property(someEvents, (list) => {
        let state: Case | null = null;
        const left: string[] = [];
        for (const one of list) {
          const after: Case = merge(state, one, limits);
          const { arrived, reports, images } = leftOutBy(state, one, after);
          // A report may go in two versions.
          const gone = [
            ...new Set(reports.map((report) => nameOf({ report }))),
            ...images.map((image) => nameOf({ image })),
          ];
          const known: Set<string> = new Set(namesIn(state));
          for (const each of gone) assert.ok(known.has(each), 'only what was there makes room');
          const now = new Set(namesIn(after));
          assert.equal(arrived, !now.has(nameOf(one)));
          const expected: Set<string> = new Set([...known, nameOf(one)]);
          for (const each of now) expected.delete(each);
          assert.deepEqual([...gone, ...(arrived ? [nameOf(one)] : [])].sort(), [...expected].sort());
          left.push(...gone, ...(arrived ? [nameOf(one)] : []));
          state = after;
        }
        const found = new Set([...namesIn(state), ...left]);
        for (const one of list) assert.ok(found.has(nameOf(one)));
      }),
      { numRuns: 1_000 },
    );
  });

  test(`${name}: what had to make room would come in again as it was`, () => {
    fc.assert(
      fc.property(someEvents, event, (list, next) => {
        const state = mergeAll(list);
        const { images, reports } = leftOutBy(state, next, merge(state, next, limits));
        for (const image of images) assert.deepEqual(bytes(merge(state, { image }, limits)), bytes(state));
        for (const report of reports) assert.deepEqual(bytes(merge(state, { report }, limits)), bytes(state));
      }),
      { numRuns: 500 },
    );
  });

  test(`${name}: a state survives being written and read`, () => {
    fc.assert(
      fc.property(someEvents, event, (list, next) => {
        const state = mergeAll(list);
        const read = events.case.decode(bytes(state));
        assert.deepEqual(bytes(merge(read, next, limits)), bytes(merge(state, next, limits)));
      }),
      { numRuns: 300 },
    );
  });
}

test('frames that are embedded one after the other, since reports cite them, look as if they had been embedded at once', () => {
  const received = { sopInstanceUid: '1.2.1', keyImage: 'NONE' as const, numberOfFrames: 40, receivedAt: 3 };
  const embedded = (frames: readonly number[], backend = 'wasm') =>
    imageEmbedded({
      received,
      receivedOffset: 1,
      frames: frames.map((frame) => ({ frame, thumbnail: null, vector: vector(1, frame) })),
      backend: frames.length === 0 ? '' : backend,
    });
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 10 }),
      fc.array(fc.nat()),
      (frames, cuts) => {
        const first = mergeImage(null, embedded([]));
        const parts = split(frames, cuts).map((part) => embedded(part));
        const after = parts.reduce<Case>((state, one) => mergeImage(state, one), first);
        assert.deepEqual(bytes(after), bytes(mergeImage(null, embedded(frames))));
        const { firstReceivedAt, lastReceivedAt } = first;
        assert.deepEqual([after.firstReceivedAt, after.lastReceivedAt], [firstReceivedAt, lastReceivedAt]);
      },
    ),
  );
});

test('a problem of an image that was passed on stays, until it is embedded', () => {
  const received = { keyImage: 'NONE' as const };
  const passedOn = imageEmbedded({ received, frames: [], backend: '' });
  const failed = { ...passedOn, problem: 'OBJECT_MISSING' };
  const problemOf = (...list: ImageEmbedded[]) =>
    list.reduce<Case | null>((state, one) => mergeImage(state, one), null)?.images[0]?.problem;
  assert.equal(problemOf(passedOn, failed), 'OBJECT_MISSING');
  assert.equal(problemOf(failed, passedOn), 'OBJECT_MISSING');
  assert.equal(problemOf(failed, imageEmbedded({ received }), passedOn), null);
});

function merge(state: Case | null, one: Event, limits: CaseLimits): Case {
  return 'report' in one ? mergeReport(state, one.report, limits) : mergeImage(state, one.image, limits);
}

function bytes(state: Case): Buffer {
  return events.case.encode(state);
}

function leftOutBy(before: Case | null, one: Event, after: Case): LeftOut {
  return 'report' in one
    ? leftOutByReport(before, one.report, after)
    : leftOutByImage(before, one.image, after);
}

/** The identity of what an event brings. */
function nameOf(one: Event): string {
  if ('report' in one) return `report ${one.report.received.identity.fillerNumber}`;
  const { kind, sopInstanceUid } = one.image.received;
  return `${isSelection(kind) ? 'selection' : 'image'} ${sopInstanceUid}`;
}

function namesIn(state: Case | null): string[] {
  if (state === null) return [];
  return [
    ...state.reports.map(({ latest }) => nameOf({ report: latest })),
    ...state.images.map(({ received }) => nameOf({ image: imageEmbedded({ received }) })),
  ];
}

/** Cuts a list into non-empty parts. */
function split<T>(list: readonly T[], cuts: readonly number[]): T[][] {
  const places = [...new Set(cuts.map((cut) => cut % list.length))]
    .filter((place) => place > 0)
    .sort((a, b) => a - b);
  return [0, ...places].map((place, i) => list.slice(place, places[i] ?? list.length));
}
