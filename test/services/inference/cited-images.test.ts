import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FittedSize } from '../../../core/imaging/fit-image.ts';
import type {
  Case,
  ImageEmbedded,
  ImageReceived,
  ReportLabeled,
  Vector,
} from '../../../core/radiology/events.ts';
import { mergeImage, mergeReport } from '../../../core/radiology/merge.ts';
import { isHeldImage } from '../../../core/radiology/merge-image.ts';
import { readReport } from '../../../core/text/reading.ts';
import { CASE_ID, digestOf, imageEmbedded, reportLabeled, vector } from '../../../harness/event-fixture.ts';
import { testContext } from '../../../harness/service-context.ts';
import { LiveTraffic } from '../../../platform/concurrency/live-traffic.ts';
import { events } from '../../../schemas/events.ts';
import { embedCited } from '../../../services/inference/cited-images.ts';
import type { LoadedModel } from '../../../services/inference/image-models.ts';
import type { OpenedBackend } from '../../../services/inference/model-thread.ts';

const slice = (instanceNumber: number, more: Partial<ImageReceived> = {}, receivedOffset = instanceNumber) =>
  imageEmbedded({
    receivedOffset,
    received: {
      sopInstanceUid: `1.2.4.${instanceNumber}`,
      seriesInstanceUid: '1.2.4',
      seriesNumber: 4,
      instanceNumber,
      keyImage: 'NONE',
      ...more,
    },
    frames: [],
    backend: '',
  });

const report = (text: string, version = 0): ReportLabeled =>
  reportLabeled({
    received: { digest: digestOf(text), effectiveAt: version },
    reading: { text, citations: readReport([{ section: null, text }]).citations },
  });

const caseOf = (...list: (ImageEmbedded | ReportLabeled)[]): Case =>
  list.reduce<Case | null>(
    (state, one) => ('reading' in one ? mergeReport(state, one) : mergeImage(state, one)),
    null,
  ) as Case;

const SIZE: FittedSize = 'letterbox 1';
const THUMBNAIL = { sha256: digestOf('thumbnail'), size: 1, mediaType: 'image/jpeg' };

/** The joiner: an event counts where the case holds the image so. */
function joined(state: Case, sent: readonly ImageEmbedded[]): Case {
  return sent.reduce((before, event) => {
    assert.equal(event.again, true);
    return isHeldImage(before.images, event) ? mergeImage(before, { ...event, again: false }) : before;
  }, state);
}

const problems = new Map<string, string>();

function embedding(generations = [1]) {
  const sent: ImageEmbedded[] = [];
  const read: string[] = [];
  const kept: string[] = [];
  const context = testContext('inference');
  let offset = 0;
  const handle = embedCited({
    reader: {
      async read({ sopInstanceUid }: ImageReceived, _: unknown, wanted: readonly number[]) {
        read.push(`${sopInstanceUid}#${wanted}`);
        const problem = problems.get(`${sopInstanceUid}#${wanted}`) ?? null;
        const preview = { width: 1, height: 1, channels: 1, data: new Uint8Array(1) } as const;
        const frames = wanted.map((frame) => ({ frame, preview, inputs: new Map() }));
        return { frames: problem === null ? frames : [], problem };
      },
    } as never,
    store: {
      async put(caseId, bytes, mediaType) {
        kept.push(`${caseId}/${mediaType}`);
        assert.equal(bytes.toString('hex', 0, 2), 'ffd8', 'a JPEG');
        return { ...THUMBNAIL, mediaType };
      },
    },
    models: {
      loaded: generations.map((generation) => ({ generation, size: SIZE }) as LoadedModel),
      missing: [],
      backend: { backend: 'wasm' } as OpenedBackend,
      embed: async (_, models): Promise<Vector[]> => models.map(({ generation }) => vector(generation, 50)),
    },
    live: new LiveTraffic(),
    producer: {
      async send(_, { key, value }) {
        assert.equal(key, CASE_ID);
        sent.push(events.imageEmbedded.decode(value ?? Buffer.alloc(0)));
      },
    },
    topic: 'embedded',
    stopping: new AbortController().signal,
    ...context,
  });
  return {
    sent,
    read,
    kept,
    context,
    handle: (...states: (Case | null)[]) =>
      handle(
        states.map((state) => ({
          topic: 'cases',
          partition: 0,
          offset: offset++,
          key: CASE_ID,
          value: state === null ? null : events.case.encode(state),
          timestamp: 0,
          headers: {},
        })),
        async () => undefined,
      ),
  };
}

const CITING = report('FINDINGS: Nodule (series 4 image 2).');

test('the cited image alone is embedded, with a thumbnail, as it was received', async () => {
  const { sent, read, kept, handle } = embedding();
  const state = caseOf(slice(1), slice(2), slice(3), CITING);
  await handle(state);
  assert.deepEqual(read, ['1.2.4.2#1']);
  assert.deepEqual(kept, [`${CASE_ID}/image/jpeg`]);
  const after = joined(state, sent);
  assert.deepEqual(
    after.vectors.map(({ sopInstanceUid, frame, vector: { generation } }) => [
      sopInstanceUid,
      frame,
      generation,
    ]),
    [['1.2.4.2', 1, 1]],
  );
  const of = ({ images }: Case) => images.find(({ received }) => received.instanceNumber === 2);
  // An Avro record is of a class of its own.
  assert.deepEqual(JSON.parse(JSON.stringify(of(after))), {
    ...of(state),
    frames: [{ frame: 1, thumbnail: THUMBNAIL }],
    backend: 'wasm',
  });
  assert.equal(after.lastReceivedAt, state.lastReceivedAt, 'nothing looks new');

  await handle(after);
  assert.equal(sent.length, 1, 'what has its vector is left alone');
});

test('the states that follow before the joiner has merged it do not embed it again; a new receipt does', async () => {
  const { sent, handle } = embedding();
  await handle(caseOf(slice(2), CITING), caseOf(slice(2), slice(3), CITING));
  await handle(caseOf(slice(2), slice(3), slice(5), CITING));
  assert.equal(sent.length, 1);
  const object = { sha256: digestOf('other bytes'), size: 1, mediaType: 'application/dicom' };
  const replaced = caseOf(slice(2), slice(2, { object }, 40), CITING);
  assert.deepEqual(joined(replaced, sent), replaced, 'the vector of bytes that were replaced');
  await handle(replaced);
  assert.deepEqual(
    sent.map(({ receivedOffset }) => receivedOffset),
    [2, 40],
  );
});

test('whatever was not sent before the process ended is sent by the next one, and twice is once', async () => {
  const state = caseOf(slice(2), CITING);
  const [first, second] = [embedding(), embedding()];
  await first.handle(state);
  await second.handle(state);
  const once = joined(state, first.sent);
  assert.deepEqual(events.case.encode(joined(once, second.sent)), events.case.encode(once));
});

test('a vector of each live generation that is lacking', async () => {
  const { sent, kept, handle } = embedding([1, 2]);
  const key = imageEmbedded({ received: slice(2).received, receivedOffset: 2 });
  const state = caseOf(key, CITING);
  await handle(state);
  assert.deepEqual(kept, [], 'it has its thumbnail');
  assert.deepEqual(
    sent.map(({ frames }) => frames.flatMap(({ vectors }) => vectors.map(({ generation }) => generation))),
    [[2]],
  );
  assert.deepEqual(
    joined(state, sent).vectors.map(({ vector: { generation } }) => generation),
    [2, 1],
  );
});

test('frame 7 of a multi-frame, then frame 9: each is read alone', async () => {
  const { sent, read, handle } = embedding();
  const clip = slice(1, { numberOfFrames: 60 });
  const state = caseOf(clip, report('FINDINGS: Thrombus (series 4 image 7).'));
  await handle(state);
  const after = mergeReport(joined(state, sent), report('FINDINGS: Thrombus (series 4 images 7 and 9).', 1));
  await handle(after);
  assert.deepEqual(read, ['1.2.4.1#7', '1.2.4.1#9']);
  assert.deepEqual(
    joined(after, sent).vectors.map(({ frame }) => frame),
    [7, 9],
  );
});

test('many frames of one object are read a few at a time, and a part that cannot be read takes no other along', async () => {
  const { sent, read, context, handle } = embedding();
  problems.set('1.2.4.1#15,16,17,18', 'IMAGE_UNDECODABLE');
  try {
    const volume = slice(1, { numberOfFrames: 60 });
    const state = caseOf(volume, report('FINDINGS: Cysts (series 4 images 11-20).'));
    await handle(state);
    assert.deepEqual(read, ['1.2.4.1#11,12,13,14', '1.2.4.1#15,16,17,18', '1.2.4.1#19,20']);
    const after = joined(state, sent);
    assert.deepEqual(
      after.vectors.map(({ frame }) => frame),
      [11, 12, 13, 14, 19, 20],
    );
    assert.equal(after.images[0]?.problem, null);
    await handle(after);
    assert.equal(read.length, 3, 'not tried again at once');
    assert.match(
      await context.metrics.text(),
      /cited_images_total\{[^}]*outcome="IMAGE_UNDECODABLE"[^}]*\} 1/,
    );
  } finally {
    problems.clear();
  }
});

test('a citation that was corrected away embeds nothing, nor does an erased case', async () => {
  const { read, handle } = embedding();
  await handle(caseOf(slice(2), CITING, report('FINDINGS: No nodule.', 1)));
  await handle(caseOf(slice(2), CITING), null);
  assert.deepEqual(read, [], 'of a poll the last state of a case counts');
});

test('an image that cannot be read says why in its case, and is not tried for ever', async () => {
  const { sent, read, context, handle } = embedding();
  problems.set('1.2.4.2#1', 'OBJECT_MISSING');
  try {
    const state = caseOf(slice(2), slice(3), report('FINDINGS: Nodule (series 4 images 2 and 3).'));
    await handle(state);
    const after = joined(state, sent);
    assert.deepEqual(
      after.images.map(({ problem, frames }) => [problem, frames.length]),
      [
        ['OBJECT_MISSING', 0],
        [null, 1],
      ],
    );
    await embedding().handle(after);
    assert.deepEqual(read, ['1.2.4.2#1', '1.2.4.3#1']);
    assert.match(await context.metrics.text(), /cited_images_total\{[^}]*outcome="OBJECT_MISSING"[^}]*\} 1/);
    assert.match(await context.metrics.text(), /cited_images_total\{[^}]*outcome="embedded"[^}]*\} 1/);
  } finally {
    problems.clear();
  }
});

test('of more than 64 cited images the first are embedded, and the others told once', async () => {
  const { sent, context, handle } = embedding();
  const slices = Array.from({ length: 80 }, (_, i) => slice(i + 1));
  const state = caseOf(...slices, report('FINDINGS: Nodules (series 4 images 11-80, 1-10).'));
  await handle(state);
  await handle(joined(state, sent));
  assert.deepEqual(
    sent.map(({ received }) => received.instanceNumber ?? 0).sort((a, b) => a - b),
    Array.from({ length: 64 }, (_, i) => 11 + i),
  );
  assert.match(await context.metrics.text(), /cited_frames_left_out_total\{[^}]*\} 16/);
});
