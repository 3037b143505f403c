import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Kafka } from 'kafkajs';
import sharp from 'sharp';
import { codeOf } from '../../../core/errors.ts';
import type {
  Case,
  CaseKey,
  ImageEmbedded,
  ImageReceived,
  ObjectRef,
} from '../../../core/radiology/events.ts';
import { vectorsOf } from '../../../core/radiology/frame-vectors.ts';
import { mergeImage, mergeReport } from '../../../core/radiology/merge.ts';
import { isHeldImage } from '../../../core/radiology/merge-image.ts';
import {
  askToReembed,
  firstGeneration,
  type ModelGenerations,
  type PromotedBundle,
  promote,
  retire,
} from '../../../core/radiology/model-generations.ts';
import { readReport } from '../../../core/text/reading.ts';
import { fromFloat16 } from '../../../core/vector/float16.ts';
import { imageEmbedded, reportLabeled } from '../../../harness/event-fixture.ts';
import { saveOtherBundle } from '../../../harness/other-bundle.ts';
import { testContext } from '../../../harness/service-context.ts';
import { testKafka } from '../../../harness/test-kafka.ts';
import { until } from '../../../harness/until.ts';
import { findBundle } from '../../../models/bundle-folder.ts';
import { IMAGE_VECTOR } from '../../../models/image-encoder.ts';
import { consume } from '../../../platform/kafka/consumer.ts';
import { EventProducer } from '../../../platform/kafka/producer.ts';
import { createTopics, withAdmin } from '../../../platform/kafka/topics.ts';
import type { ObjectStore } from '../../../platform/object-store/object-store.ts';
import { openObjectStore } from '../../../platform/object-store/open.ts';
import { loadConfig } from '../../../platform/process/config.ts';
import { projectRoot } from '../../../platform/process/project-root.ts';
import { events } from '../../../schemas/events.ts';
import { deadLetterTopic, TOPICS } from '../../../schemas/topics.ts';
import { config } from '../../../services/inference/config.ts';
import { THUMBNAIL_SIZE } from '../../../services/inference/limits.ts';
import { type NAMES, start } from '../../../services/inference/service.ts';
import { buildImage, buildRadiograph, header, radiographPixels } from '../../core/imaging/build-image.ts';
import { engines } from '../../support/engines.ts';

const PARTITIONS = 2;
const modelsDir = process.env['INTERLEAVE_MODELS_DIR'] ?? join(projectRoot(), '.interleave/models');
const skip = existsSync(modelsDir) ? false : `the image model is not in ${modelsDir}; \`npm start\` gets it`;

let kafka: Kafka;
let store: ObjectStore;
let dataDir: string;
let env: Record<string, string>;
/** a models folder with a second bundle, and both as a decision needs them */
let twoModels: string;
let one: PromotedBundle;
let other: PromotedBundle;
const BY = { decidedAt: 1_700_000_000_000, actor: 'test' };

before(async () => {
  const { kafkaBrokers } = await engines();
  dataDir = await mkdtemp(join(tmpdir(), 'interleave-inference-'));
  kafka = testKafka(kafkaBrokers);
  store = await openObjectStore(dataDir);
  env = {
    INTERLEAVE_KAFKA_BROKERS: kafkaBrokers.join(','),
    INTERLEAVE_DATA_DIR: dataDir,
    INTERLEAVE_PARTITIONS: String(PARTITIONS),
    INTERLEAVE_MODELS_DIR: modelsDir,
  };
  if (skip !== false) return;
  twoModels = join(dataDir, 'models');
  await cp(join(modelsDir, IMAGE_VECTOR.name), join(twoModels, IMAGE_VECTOR.name), { recursive: true });
  const made = await saveOtherBundle(twoModels, IMAGE_VECTOR.name, { name: 'other', seed: 1, dims: 32 });
  const { manifest } = await findBundle(twoModels, IMAGE_VECTOR.name);
  [one, other] = [manifest, made].map(({ kind, name, hash }) => ({ kind, name, hash, dims: 0 })) as [
    PromotedBundle,
    PromotedBundle,
  ];
  [one.dims, other.dims] = [IMAGE_VECTOR.dims, 32];
});

after(() => rm(dataDir, { recursive: true, force: true }));

test('everything goes on in order: images with vector and thumbnail, the rest as it came', {
  skip,
}, async () => {
  const caseId = randomBytes(16).toString('hex');
  const big = await put(caseId, buildRadiograph(600, 0.7));
  const sent = [
    event(caseId, big),
    event(caseId, big, { kind: 'KEY_OBJECT_SELECTION', keyImage: 'NONE' }),
    event(caseId, big, { keyImage: 'NONE' }),
    event(caseId, await put(caseId, header('1.2.840.10008.1.2.1'))),
    event(caseId, { sha256: '0'.repeat(64), size: 10, mediaType: 'application/dicom' }),
    event(caseId, big, { problem: 'DICOM_DATA_SET_UNREADABLE' }),
    event(caseId, await put(caseId, buildRadiograph(64, 0.3))),
    event(caseId, big, { keyImage: 'NAMED' }),
  ];
  const got = await throughService(sent);

  assert.deepEqual(
    // An Avro record is of a class of its own.
    got.map(({ received }) => JSON.parse(JSON.stringify(received))),
    sent,
  );
  assert.deepEqual(
    got.map(({ receivedOffset }) => receivedOffset),
    sent.map((_, i) => i),
  );
  assert.deepEqual(
    got.map(({ frames, problem }) => problem ?? frames.length),
    [1, 0, 0, 'IMAGE_NO_PIXELS', 'OBJECT_MISSING', 'DICOM_DATA_SET_UNREADABLE', 1, 1],
  );
  assert.deepEqual(
    got.map(({ backend }) => backend !== ''),
    [true, false, false, false, false, false, true, true],
  );

  const [first, last, other] = [got[0], got[7], got[6]].map((one) => one?.frames[0]);
  const vector = first?.vector;
  assert.equal(vector?.generation, IMAGE_VECTOR.generation);
  assert.match(vector?.model ?? '', /^[0-9a-f]{64}$/);
  assert.equal(vector?.dims, IMAGE_VECTOR.dims);
  const values = fromFloat16(vector?.data ?? Buffer.alloc(0));
  assert.equal(values.length, IMAGE_VECTOR.dims);
  assert.ok(Math.abs(Math.hypot(...values) - 1) < 1e-3, 'the vector has length 1');
  assert.deepEqual(last, first, 'the same bytes give the same vector and thumbnail');
  assert.notDeepEqual(other?.vector?.data, vector?.data);

  const thumbnail = await sharp(await store.read(caseId, first?.thumbnail?.sha256 ?? '')).metadata();
  assert.deepEqual(
    [thumbnail.format, thumbnail.width, thumbnail.height],
    ['jpeg', THUMBNAIL_SIZE, THUMBNAIL_SIZE],
  );
});

test('without its model the service does not start, and says what is missing', async () => {
  const names = await newNames();
  const elsewhere = loadConfig(config, { ...env, INTERLEAVE_MODELS_DIR: join(tmpdir(), randomUUID()) });
  await assert.rejects(start(elsewhere, testContext('inference'), names), (error) => {
    assert.equal(codeOf(error), 'MODEL_MISSING');
    return true;
  });
});

test('a promotion is seen by the running service: from then on an image gets vectors of both, none is lost', {
  skip,
}, async () => {
  const run = await running(twoModels);
  try {
    const caseId = randomBytes(16).toString('hex');
    const object = await put(caseId, buildRadiograph(64, 0.3));
    const image = (i: number) => event(caseId, object, { eventId: String(i) });
    const sent = 40;
    let decided = false;
    for (let i = 0; i < sent; i++) {
      await run.send(image(i));
      if (i !== 10) continue;
      await run.out(1);
      await run.decide(promote(firstGeneration(one), other, BY, null));
      decided = true;
    }
    assert.ok(decided);
    await run.models(/2: other/);
    await run.send(image(sent));
    const got = await run.out(sent + 1);
    assert.deepEqual(
      got.map(({ received }) => received.eventId),
      Array.from({ length: sent + 1 }, (_, i) => String(i)),
    );
    assert.deepEqual(generationsOf(got[0] as ImageEmbedded), [1]);
    assert.deepEqual(generationsOf(got[sent] as ImageEmbedded), [1, 2]);
    assert.deepEqual(got[sent]?.frames[0]?.vector, got[0]?.frames[0]?.vector, 'the first is as it was');
    const counts = got.map((one) => generationsOf(one).length);
    assert.deepEqual(counts, [...counts].sort(), 'none with one after the first with two');

    await run.decide(retire(promote(firstGeneration(one), other, BY, null), one.hash, BY));
    await run.models(/^[^,]*, 2: other$/);
    await run.send(image(sent + 1));
    assert.deepEqual(generationsOf((await run.out(sent + 2)).at(-1) as ImageEmbedded), [2]);
  } finally {
    await run.stop();
  }
});

test('a bundle that is not here is told with its code, and the service goes on with what it has', {
  skip,
}, async () => {
  const run = await running(twoModels);
  try {
    const caseId = randomBytes(16).toString('hex');
    await run.decide(promote(firstGeneration(one), { ...other, hash: 'f'.repeat(64) }, BY, null));
    await run.models(/2: MODEL_MISSING/);
    await run.send(event(caseId, await put(caseId, buildRadiograph(64, 0.3))));
    const [first] = await run.out(1);
    assert.deepEqual(generationsOf(first as ImageEmbedded), [1]);
    assert.match(
      await run.context.metrics.text(),
      /image_vectors_missing_total\{[^}]*generation="2"[^}]*\} 1/,
    );
  } finally {
    await run.stop();
  }
});

test('stored images get a vector of the bundle that is asked for, as they were received, and only once', {
  skip,
}, async () => {
  const first = await running(twoModels);
  const cases: Case[] = [];
  for (let i = 0; i < 6; i++) {
    const caseId = randomBytes(16).toString('hex');
    await first.send(
      event(caseId, await put(caseId, buildRadiograph(64, 0.1 + i / 10)), { eventId: caseId }),
    );
  }
  for (const embedded of await first.out(6)) cases.push(mergeImage(null, embedded));
  for (const state of cases) await first.store(state);
  await first.store(null, 'f'.repeat(32));
  const both = promote(firstGeneration(one), other, BY, null);
  await first.decide(askToReembed(both, other.hash, BY));
  // Stopped in the middle: the next one goes on.
  await first.out(8);
  await first.stop();
  const second = await running(twoModels, first.names);
  try {
    const states = new Map(cases.map((state) => [state.caseId, state]));
    await until(() => {
      for (const embedded of second.got) {
        const { caseId } = embedded.received;
        const state = states.get(caseId);
        if (state === undefined || !embedded.again) continue;
        assert.ok(isHeldImage(state.images, embedded));
        states.set(caseId, mergeImage(state, { ...embedded, again: false }));
      }
      return [...states.values()].every(({ vectors }) => vectors.length === 2);
    });
    for (const state of cases) {
      const after = states.get(state.caseId);
      assert.deepEqual(after?.images, state.images, 'nothing looks new');
      assert.deepEqual(
        after?.vectors.map(({ vector }) => [vector.generation, vector.dims]),
        [
          [2, 32],
          [1, IMAGE_VECTOR.dims],
        ],
      );
    }
    // What the joiner writes for it comes by again, and is left alone.
    for (const state of states.values()) await second.store(state);
    const caseId = randomBytes(16).toString('hex');
    await second.send(event(caseId, await put(caseId, buildRadiograph(64, 0.9))));
    const of = (id: string) => second.got.filter(({ received }) => received.caseId === id);
    await until(() => of(caseId).length === 1);
    const arrived = imageEmbedded({ ...(of(caseId)[0] as ImageEmbedded), receivedOffset: 77 });
    assert.deepEqual([arrived.again, generationsOf(arrived)], [false, [1, 2]]);
    // As if it had come before the bundle could be loaded.
    const onlyFirst = { ...arrived, frames: arrived.frames.map((frame) => ({ ...frame, vectors: [] })) };
    await second.store(mergeImage(null, onlyFirst));
    await until(() => of(caseId).length === 2);
    const again = of(caseId)[1] as ImageEmbedded;
    assert.deepEqual([again.again, again.receivedOffset, generationsOf(again)], [true, 77, [2]]);
    for (const state of cases) assert.ok(of(state.caseId).filter((one) => one.again).length <= 2);
    // Not asked any more: nothing is left that would look like a consumer which is behind.
    await second.decide(both);
    await until(async () => {
      const { groups } = await withAdmin(kafka, (admin) => admin.listGroups());
      return !groups.some(({ groupId }) => groupId.startsWith(`${second.names.groupId}-reembed-`));
    });
  } finally {
    await second.stop();
  }
});

test('what a report cites is embedded from its case: a slice, a frame; what is missing says so; a restart loses nothing', {
  skip,
}, async () => {
  const caseId = randomBytes(16).toString('hex');
  const slice = (instanceNumber: number, object: ObjectRef, more: Partial<ImageReceived> = {}) =>
    imageEmbedded({
      received: event(caseId, object, {
        sopInstanceUid: `2.25.4.${instanceNumber}`,
        seriesInstanceUid: '2.25.4',
        seriesNumber: 4,
        instanceNumber,
        modality: 'CT',
        keyImage: 'NONE',
        ...more,
      }),
      receivedOffset: 100 + instanceNumber,
      frames: [],
      backend: '',
    });
  const disc = await put(caseId, buildRadiograph(64, 0.6));
  const frames = Array.from({ length: 10 }, (_, i) => radiographPixels(64, i === 6 ? 0.6 : 0.1));
  const clip = await put(caseId, buildImage(64, 64, Buffer.concat(frames), [[0x00280008, 'IS', '10']]));
  const missing = { sha256: '0'.repeat(64), size: 10, mediaType: 'application/dicom' };
  const images = [
    ...Array.from({ length: 5 }, (_, i) => slice(i + 1, disc)),
    slice(6, missing),
    slice(1, clip, {
      sopInstanceUid: '2.25.5.1',
      seriesInstanceUid: '2.25.5',
      seriesNumber: 5,
      numberOfFrames: 10,
    }),
  ];
  const text = 'FINDINGS: Nodules (series 4, images 2, 4 and 6). Thrombus (series 5, image 7).';
  const report = reportLabeled({
    received: { caseId, caseKey: images[0]?.received.caseKey as CaseKey },
    reading: { text, citations: readReport([{ section: null, text }]).citations },
  });
  const withImages = images.reduce<Case | null>((state, one) => mergeImage(state, one), null) as Case;
  const cited = mergeReport(withImages, report);

  const first = await running();
  await first.store(withImages);
  await first.store(cited);
  await first.out(1);
  await first.stop();
  const second = await running(modelsDir, first.names);
  try {
    const merged = () =>
      second.got.reduce((state, one) => {
        assert.ok(one.again && isHeldImage(cited.images, one));
        return mergeImage(state, { ...one, again: false });
      }, cited);
    await until(
      () => merged().vectors.length >= 3 && merged().images.some(({ problem }) => problem !== null),
    );
    const after = merged();
    assert.deepEqual(
      after.vectors.map(({ sopInstanceUid, frame }) => [sopInstanceUid, frame]),
      [
        ['2.25.4.2', 1],
        ['2.25.4.4', 1],
        ['2.25.5.1', 7],
      ],
    );
    const [ofSlice, other, ofFrame] = after.vectors.map(({ vector }) => vector.data);
    assert.deepEqual([other, ofFrame], [ofSlice, ofSlice], 'frame 7 shows what the slices show');
    assert.deepEqual(
      after.images.flatMap(({ received, problem }) =>
        problem === null ? [] : [received.instanceNumber, problem],
      ),
      [6, 'OBJECT_MISSING'],
    );
    for (const { frames: listed } of after.images)
      for (const { thumbnail } of listed)
        assert.equal((await sharp(await store.read(caseId, thumbnail?.sha256 ?? '')).metadata()).width, 64);

    // What the joiner writes for it comes by again, and an erased case has nothing left to embed.
    const count = second.got.length;
    await second.store(after);
    await second.store(null, caseId);
    const next = randomBytes(16).toString('hex');
    const object = await put(next, buildRadiograph(64, 0.2));
    const image = slice(2, object, { caseId: next });
    const citing = { ...report, received: { ...report.received, caseId: next } };
    await second.store(mergeReport(mergeImage(null, image), citing));
    await second.out(count + 1);
    assert.deepEqual(
      second.got.slice(count).map(({ received }) => received.caseId),
      [next],
    );
  } finally {
    await second.stop();
  }
});

/** Sends events of one case to a service of their own and gives what came out. */
async function throughService(sent: ImageReceived[]): Promise<ImageEmbedded[]> {
  const run = await running();
  try {
    await run.send(...sent);
    const got = await run.out(sent.length);
    assert.ok(got.every(({ received }) => received.caseId === sent[0]?.caseId));
    return got;
  } finally {
    await run.stop();
  }
}

/** A service with topics of its own. `more` runs another on the topics of one before. */
async function running(modelsFolder = modelsDir, given?: typeof NAMES) {
  const names = given ?? (await newNames());
  const context = testContext('inference');
  const producer = await EventProducer.connect(kafka, context.log, context.metrics);
  const settings = loadConfig(config, { ...env, INTERLEAVE_MODELS_DIR: modelsFolder });
  const service = await start(settings, context, names);
  const got: ImageEmbedded[] = [];
  const reading = await consume(kafka, {
    groupId: randomUUID(),
    topics: [names.embedded],
    handle: async (records) => {
      for (const { key, value } of records) {
        const event = events.imageEmbedded.decode(value ?? Buffer.alloc(0));
        assert.equal(key, event.received.caseId);
        got.push(event);
      }
    },
    ...testContext('reader'),
  });
  return {
    names,
    context,
    got,
    async send(...sent: ImageReceived[]) {
      for (const one of sent)
        await producer.send(names.received, { key: one.caseId, value: events.imageReceived.encode(one) });
    },
    async store(state: Case | null, caseId = state?.caseId ?? '') {
      const value = state === null ? null : events.case.encode(state);
      await producer.send(names.cases, { key: caseId, value });
    },
    async decide(decided: ModelGenerations) {
      await producer.send(names.models, {
        key: decided.kind,
        value: events.modelGenerations.encode(decided),
      });
    },
    async out(count: number) {
      await until(() => got.length >= count || context.failures.length > 0);
      assert.deepEqual(context.failures, []);
      return got;
    },
    /** until `/readyz` says so of the models */
    async models(expected: RegExp) {
      await until(() => expected.test(context.ready.describe()['model']?.detail ?? ''));
    },
    async stop() {
      await Promise.all([reading.stop(), service.stop(), producer.disconnect()]);
    },
  };
}

const generationsOf = ({ frames }: ImageEmbedded) =>
  frames.flatMap((frame) => vectorsOf(frame).map(({ generation }) => generation));

async function newNames(): Promise<typeof NAMES> {
  const id = `test-${randomUUID()}`;
  const [received, embedded, cases] = [`${id}.received`, `${id}.embedded`, `${id}.cases`];
  const names = { groupId: id, received, embedded, cases, models: `${id}.models` };
  const keyed = [received, embedded, cases].map((name) => ({ name, keyed: true, config: {} }));
  const single = [deadLetterTopic('inference'), names.models, TOPICS.schema].map((name) => ({
    name,
    keyed: false,
    config: {},
  }));
  await createTopics(kafka, [...keyed, ...single], PARTITIONS, 1);
  return names;
}

function put(caseId: string, bytes: Buffer): Promise<ObjectRef> {
  return store.put(caseId, bytes, 'application/dicom');
}

function event(caseId: string, object: ObjectRef, more: Partial<ImageReceived> = {}): ImageReceived {
  return {
    eventId: randomUUID(),
    caseId,
    caseKey: { kind: 'ACCESSION', issuer: 'TEST', value: 'A1' },
    sopInstanceUid: `2.25.${object.size}`,
    sopClassUid: '1.2.840.10008.5.1.4.1.1.1.1',
    studyInstanceUid: '2.25.2',
    seriesInstanceUid: '2.25.3',
    seriesNumber: 1,
    instanceNumber: 1,
    numberOfFrames: 1,
    rows: 64,
    columns: 64,
    modality: 'DX',
    bodyPart: 'CHEST',
    viewPosition: 'PA',
    laterality: '',
    studyDescription: '',
    studyDate: '20240102',
    equipment: null,
    institution: '',
    callingAeTitle: 'TEST',
    patient: { issuer: '', identifier: 'P1', familyName: '', givenName: '', birthDate: '', sex: '' },
    kind: 'IMAGE',
    keyImage: 'SMALL_SERIES',
    references: [],
    titleCode: '',
    transferSyntaxUid: '1.2.840.10008.1.2.1',
    object,
    receivedAt: 1_700_000_000_000,
    problem: null,
    ...more,
  };
}
