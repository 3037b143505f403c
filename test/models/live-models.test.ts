import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Kafka } from 'kafkajs';
import {
  firstGeneration,
  IMAGE_ENCODERS,
  type LiveGeneration,
  type ModelGenerations,
  promote,
} from '../../core/radiology/model-generations.ts';
import { saveOtherBundle } from '../../harness/other-bundle.ts';
import { testContext } from '../../harness/service-context.ts';
import { testKafka } from '../../harness/test-kafka.ts';
import { until } from '../../harness/until.ts';
import { findBundle } from '../../models/bundle-folder.ts';
import { IMAGE_VECTOR } from '../../models/image-encoder.ts';
import { LiveModels } from '../../models/live-models.ts';
import { Schemas } from '../../platform/kafka/schemas.ts';
import { createTopics } from '../../platform/kafka/topics.ts';
import { projectRoot } from '../../platform/process/project-root.ts';
import { events } from '../../schemas/events.ts';
import { schemaOptions } from '../../schemas/schema-options.ts';
import { ImageModels } from '../../services/inference/image-models.ts';
import { engines } from '../support/engines.ts';

const there = process.env['INTERLEAVE_MODELS_DIR'] ?? join(projectRoot(), '.interleave/models');
const skip = existsSync(there) ? false : `the image model is not in ${there}; \`npm start\` gets it`;

let kafka: Kafka;
let modelsDir: string;
before(async () => {
  kafka = testKafka((await engines()).kafkaBrokers);
  modelsDir = await mkdtemp(join(tmpdir(), 'interleave-live-models-'));
  if (skip === false)
    await cp(join(there, IMAGE_VECTOR.name), join(modelsDir, IMAGE_VECTOR.name), { recursive: true });
});
after(() => rm(modelsDir, { recursive: true, force: true }));

test('a bundle that is put there later is taken without a restart; what nobody can have decided is passed over', {
  skip,
}, async () => {
  const topic = `test-models-${randomUUID()}`;
  await createTopics(kafka, [{ name: topic, keyed: false, config: {} }], 1, 1);
  const made = await saveOtherBundle(modelsDir, IMAGE_VECTOR.name, { name: 'other', seed: 1, dims: 32 });
  const [folder, elsewhere] = [join(modelsDir, 'other'), join(modelsDir, '.elsewhere')];
  await rename(folder, elsewhere);
  const { manifest } = await findBundle(modelsDir, IMAGE_VECTOR.name);
  const [one, other] = [manifest, made].map(({ kind, name, hash }, i) => ({
    kind,
    name,
    hash,
    dims: i + 32,
  }));
  assert.ok(one !== undefined && other !== undefined);
  const both = promote(firstGeneration(one), other, { decidedAt: 1, actor: 'test' }, null);
  const producer = kafka.producer();
  await producer.connect();
  const send = (decided: ModelGenerations, key = IMAGE_ENCODERS) =>
    producer.send({ topic, messages: [{ key, value: events.modelGenerations.encode(decided) }] });
  await send(both);
  await send({ ...both, kind: 'text-encoder', live: [] }, 'text-encoder');
  await send({ ...both, live: [] });

  const context = testContext('inference');
  const models = await ImageModels.open(modelsDir);
  const changes: (readonly LiveGeneration[])[] = [];
  const live = await LiveModels.open({
    kafka,
    topic,
    kind: IMAGE_ENCODERS,
    first: IMAGE_VECTOR.name,
    service: 'inference',
    schemas: Schemas.reading(schemaOptions(kafka, { schemaRegistryUrl: '' }, context)),
    models,
    context,
    changed: (generations) => changes.push(generations),
    retryMs: 100,
  });
  try {
    assert.deepEqual([models.loaded.length, models.missing[0]?.code], [1, 'MODEL_MISSING']);
    assert.match(context.ready.describe()['model']?.detail ?? '', /1: efficientnet-lite0, 2: MODEL_MISSING/);
    await rename(elsewhere, folder);
    await until(() => models.loaded.length === 2);
    assert.deepEqual(models.missing, []);
    await until(() => /2: other/.test(context.ready.describe()['model']?.detail ?? ''));
    assert.deepEqual(
      changes.at(-1)?.map(({ generation }) => generation),
      [1, 2],
    );
    assert.deepEqual(context.failures, []);
  } finally {
    await live.stop();
    await Promise.all([models.stop(), producer.disconnect()]);
  }
});
