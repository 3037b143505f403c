import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Kafka } from 'kafkajs';
import sharp from 'sharp';
import { codeOf } from '../../../core/errors.ts';
import type { ImageEmbedded, ImageReceived, ObjectRef } from '../../../core/radiology/events.ts';
import { fromFloat16 } from '../../../core/vector/float16.ts';
import { testContext } from '../../../harness/service-context.ts';
import { testKafka } from '../../../harness/test-kafka.ts';
import { until } from '../../../harness/until.ts';
import { IMAGE_VECTOR } from '../../../models/image-encoder.ts';
import { consume } from '../../../platform/kafka/consumer.ts';
import { EventProducer } from '../../../platform/kafka/producer.ts';
import { createTopics } from '../../../platform/kafka/topics.ts';
import type { ObjectStore } from '../../../platform/object-store/object-store.ts';
import { openObjectStore } from '../../../platform/object-store/open.ts';
import { loadConfig } from '../../../platform/process/config.ts';
import { projectRoot } from '../../../platform/process/project-root.ts';
import { events } from '../../../schemas/events.ts';
import { deadLetterTopic, TOPICS } from '../../../schemas/topics.ts';
import { config } from '../../../services/inference/config.ts';
import { THUMBNAIL_SIZE } from '../../../services/inference/limits.ts';
import { start } from '../../../services/inference/service.ts';
import { buildRadiograph, header } from '../../core/imaging/build-image.ts';
import { engines } from '../../support/engines.ts';

const PARTITIONS = 2;
const modelsDir = process.env['INTERLEAVE_MODELS_DIR'] ?? join(projectRoot(), '.interleave/models');
const skip = existsSync(modelsDir)
  ? false
  : `the image model is not in ${modelsDir}; run models/convert/fetch.ts`;

let kafka: Kafka;
let store: ObjectStore;
let dataDir: string;
let env: Record<string, string>;

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
    got.map(({ received }) => JSON.stringify(received)),
    sent.map((received) => JSON.stringify(received)),
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

/** Sends events of one case to a service of their own and gives what came out. */
async function throughService(sent: ImageReceived[]): Promise<ImageEmbedded[]> {
  const names = await newNames();
  const context = testContext('inference');
  const producer = await EventProducer.connect(kafka, context.log, context.metrics);
  for (const one of sent)
    await producer.send(names.received, { key: one.caseId, value: events.imageReceived.encode(one) });
  const service = await start(loadConfig(config, env), context, names);
  const got: ImageEmbedded[] = [];
  const reading = await consume(kafka, {
    groupId: randomUUID(),
    topics: [names.embedded],
    handle: async (records) => {
      for (const { key, value } of records) {
        assert.equal(key, sent[0]?.caseId);
        got.push(events.imageEmbedded.decode(value ?? Buffer.alloc(0)));
      }
    },
    ...testContext('reader'),
  });
  try {
    await until(() => got.length >= sent.length || context.failures.length > 0);
    assert.deepEqual(context.failures, []);
    return got;
  } finally {
    await Promise.all([reading.stop(), service.stop(), producer.disconnect()]);
  }
}

async function newNames(): Promise<{ groupId: string; received: string; embedded: string }> {
  const id = `test-${randomUUID()}`;
  const names = { groupId: id, received: `${id}.received`, embedded: `${id}.embedded` };
  const keyed = [names.received, names.embedded].map((name) => ({ name, keyed: true, config: {} }));
  const others = [deadLetterTopic('inference'), TOPICS.schema];
  const single = others.map((name) => ({ name, keyed: false, config: {} }));
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
