import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { manifestDiff } from '../../cli/models/manifest-diff.ts';
import { saveOtherBundle } from '../../harness/other-bundle.ts';
import { type OwnKafka, ownKafka } from '../../harness/own-kafka.ts';
import { IMAGE_VECTOR } from '../../models/image-encoder.ts';
import { SENTENCE_BUNDLE } from '../../models/packaged-bundles.ts';
import { projectRoot } from '../../platform/process/project-root.ts';
import { runCli } from '../support/cli.ts';

const there = process.env['INTERLEAVE_MODELS_DIR'] ?? join(projectRoot(), '.interleave/models');
const skip = existsSync(there) ? false : `the image model is not in ${there}; \`npm start\` gets it`;
const PARTITIONS = 2;

let kafka: OwnKafka | undefined;
let modelsDir: string;
let elasticsearch: Server;
/** the generations that the index behind the alias says it is of */
let searched = 1;
let searchedText = 1;
let env: Record<string, string>;

before(async () => {
  if (skip !== false) return;
  kafka = await ownKafka(PARTITIONS);
  modelsDir = await mkdtemp(join(tmpdir(), 'interleave-models-'));
  await cp(join(there, IMAGE_VECTOR.name), join(modelsDir, IMAGE_VECTOR.name), { recursive: true });
  for (const [name, seed] of [
    ['other', 1],
    ['third', 2],
  ] as const)
    await saveOtherBundle(modelsDir, IMAGE_VECTOR.name, { name, seed, dims: 32 });
  for (const [name, seed] of [
    ['words', 1],
    ['more-words', 2],
  ] as const)
    await saveOtherBundle(modelsDir, SENTENCE_BUNDLE.name, { name, seed, dims: 16 });
  await cp(join(modelsDir, 'other'), join(modelsDir, 'broken'), { recursive: true });
  await writeFile(join(modelsDir, 'broken', 'manifest.json'), '{}');
  elasticsearch = createServer((_, answer) => {
    answer.setHeader('content-type', 'application/json');
    const _meta = { image_vector_generation: searched, text_vector_generation: searchedText };
    answer.end(JSON.stringify({ 'cases-1': { mappings: { _meta } } }));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => elasticsearch.once('listening', resolve));
  env = {
    INTERLEAVE_KAFKA_BROKERS: kafka.brokers.join(','),
    INTERLEAVE_ELASTICSEARCH_URL: `http://127.0.0.1:${(elasticsearch.address() as AddressInfo).port}`,
    INTERLEAVE_MODELS_DIR: modelsDir,
    INTERLEAVE_DATA_DIR: modelsDir,
  };
});
after(async () => {
  await kafka?.stop();
  elasticsearch?.close();
  if (skip === false) await rm(modelsDir, { recursive: true, force: true });
});

const models = async (...args: string[]) => {
  const { code, stdout, stderr } = await runCli(['models', ...args, '--json'], env);
  return { code, answer: JSON.parse(stdout || 'null'), stderr };
};
const live = async (kind = 'image-encoder') => {
  const { answer } = await models('list');
  const ofKind = answer.live.filter((one: { kind: string }) => one.kind === kind);
  return ofKind.map((one: { name: string; generation: number }) => [one.name, one.generation]);
};

test('list shows every bundle, what is none with its code, and what is live before anything was decided', {
  skip,
}, async () => {
  const { code, answer } = await models('list');
  assert.equal(code, 0);
  assert.deepEqual(
    answer.bundles.map((one: { folder: string; code?: string }) => [one.folder, one.code]),
    [
      ['broken', 'MODEL_INVALID'],
      ['efficientnet-lite0', undefined],
      ['more-words', undefined],
      ['other', undefined],
      ['third', undefined],
      ['words', undefined],
      [null, undefined],
    ],
  );
  assert.equal(answer.bundles.at(-1).manifest.hash, SENTENCE_BUNDLE.hash);
  assert.deepEqual(await live(), [['efficientnet-lite0', 1]]);
  assert.deepEqual(await live('text-encoder'), [[SENTENCE_BUNDLE.name, 1]]);
  assert.deepEqual(
    answer.live.map((one: { searched: boolean }) => one.searched),
    [true, true],
  );
  const { stdout } = await runCli(['models', 'list'], env);
  assert.match(stdout, /image-encoder generation 1: efficientnet-lite0 \(searched\)/);
});

test('show and diff say what bundles are and in what they differ, without a running system', {
  skip,
}, async () => {
  const away = { ...env, INTERLEAVE_KAFKA_BROKERS: '127.0.0.1:1' };
  const shown = await runCli(['models', 'show', 'other', '--json'], away);
  assert.equal(shown.code, 0);
  assert.deepEqual(JSON.parse(shown.stdout).seeds, [1]);
  const { code, stdout } = await runCli(['models', 'diff', 'other', 'third', '--json'], away);
  assert.equal(code, 0);
  const fields = JSON.parse(stdout).differences.map(({ field }: { field: string }) => field);
  for (const field of ['name', 'seeds.0', 'files.weights.safetensors.sha256'])
    assert.ok(fields.includes(field), field);
  assert.ok(!fields.includes('hash') && !fields.includes('input.size'));
  assert.deepEqual(manifestDiff(SENTENCE_BUNDLE, SENTENCE_BUNDLE), []);
});

test('promote, reembed and retire are decided once, recorded, and refused where they cannot be', {
  skip,
}, async () => {
  for (const called of ['broken', 'nowhere']) assert.equal((await models('promote', called)).code, 1, called);
  const promoted = await models('promote', 'other', '--actor', 'op');
  assert.equal(promoted.code, 0, promoted.stderr);
  assert.equal(promoted.answer.actor, 'op');
  assert.deepEqual(await live(), [
    ['efficientnet-lite0', 1],
    ['other', 2],
  ]);
  for (const args of [
    ['promote', 'other'],
    ['promote', 'third'],
    ['retire', 'third'],
    ['retire', ''],
    ['retire', promoted.answer.live[1].bundle.slice(0, 7)],
  ] as const) {
    const { code, answer } = await models(...args);
    assert.deepEqual([code, answer.error.code], [1, 'MODEL_DECISION_REFUSED'], args.join(' '));
  }

  const asked = await runCli(['reembed', '--json'], env);
  assert.equal(asked.code, 0, asked.stderr);
  assert.deepEqual((({ name, generation }) => [name, generation])(JSON.parse(asked.stdout)), ['other', 2]);
  for (const called of ['third', ''])
    assert.equal((await runCli(['reembed', '--bundle', called], env)).code, 1, called);

  const used = await models('retire', IMAGE_VECTOR.name);
  assert.deepEqual([used.code, used.answer.error.code], [1, 'MODEL_DECISION_REFUSED']);
  searched = 2;
  assert.equal((await models('retire', IMAGE_VECTOR.name)).code, 0);
  assert.deepEqual(await live(), [['other', 2]]);
  assert.equal((await models('retire', 'other')).code, 1, 'the only one');
  assert.equal((await models('promote', IMAGE_VECTOR.name)).code, 0);
  assert.deepEqual(await live(), [
    ['other', 2],
    ['efficientnet-lite0', 3],
  ]);
  await rm(join(modelsDir, 'other'), { recursive: true });
  const listed = await runCli(['models', 'list'], env);
  assert.match(listed.stderr, /! other is live, and its bundle is not in/);
  assert.doesNotMatch(listed.stderr, /efficientnet/);
});

test('a text encoder is promoted, reembedded and retired like one of images, with generations of its own', {
  skip,
}, async () => {
  assert.equal((await models('promote', SENTENCE_BUNDLE.name)).code, 1, 'it is live');
  assert.equal((await models('promote', 'words')).code, 0);
  assert.deepEqual(await live('text-encoder'), [
    [SENTENCE_BUNDLE.name, 1],
    ['words', 2],
  ]);
  assert.equal((await runCli(['reembed', '--json'], env)).code, 2, 'of which kind?');
  const asked = await runCli(['reembed', '--bundle', 'words', '--json'], env);
  assert.deepEqual((({ name, generation }) => [name, generation])(JSON.parse(asked.stdout)), ['words', 2]);

  const used = await models('retire', SENTENCE_BUNDLE.name);
  assert.deepEqual([used.code, used.answer.error.code], [1, 'MODEL_DECISION_REFUSED']);
  assert.equal((await models('retire', 'words')).code, 0);
  const lost = await models('promote', 'more-words');
  assert.deepEqual([lost.code, lost.answer.error.code], [1, 'MODEL_DECISION_REFUSED']);
  assert.match(lost.answer.error.message, /would lose its vectors.*`interleave models promote [0-9a-f]{12}`/);
  assert.equal((await models('promote', 'words')).code, 0);
  searchedText = 2;
  assert.equal((await models('retire', SENTENCE_BUNDLE.hash.slice(0, 12))).code, 0);
  assert.equal((await models('promote', 'more-words')).code, 0);
  assert.deepEqual(await live('text-encoder'), [
    ['words', 2],
    ['more-words', 3],
  ]);
});

test('nothing is promoted or retired while nobody says what is searched', { skip }, async () => {
  for (const decision of [
    ['retire', IMAGE_VECTOR.name],
    ['promote', 'third'],
  ] as const) {
    const { code, stdout } = await runCli(['models', ...decision, '--json'], {
      ...env,
      INTERLEAVE_ELASTICSEARCH_URL: 'http://127.0.0.1:1',
    });
    assert.deepEqual([code, JSON.parse(stdout).error.code], [1, 'ELASTICSEARCH_UNAVAILABLE'], decision[0]);
  }
});

test('a line that says nothing that can be done is told where help is', async () => {
  for (const args of [[], ['promote'], ['diff', 'a'], ['burn', 'a']])
    assert.equal((await runCli(['models', ...args])).code, 2, args.join(' '));
  const { code, stdout } = await runCli(['models', '--help']);
  assert.equal(code, 0);
  for (const action of ['list', 'show', 'diff', 'promote', 'retire'])
    assert.match(stdout, new RegExp(`\\n +${action} `));
});
