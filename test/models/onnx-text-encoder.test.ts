import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { codeOf, type ErrorCode } from '../../core/errors.ts';
import { type Bundle, type GivenFile, inFolder, loadBundle, saveBundle } from '../../models/bundle.ts';
import { OnnxText } from '../../models/engines/onnx-text.ts';
import type { AboutBundle, ManifestOf, TextFloors } from '../../models/manifest.ts';
import { onnxModel, onnxNode, onnxTensor, onnxValue } from '../../models/onnx/onnx-model.ts';
import { SENTENCE_BUNDLE } from '../../models/packaged-bundles.ts';
import { openTextEncoder } from '../../models/sentence-encoder.ts';
import { TextEncoders } from '../../models/text-encoders.ts';
import { textFloorsOf } from '../../models/text-floors.ts';

const PIECES = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', 'chest', 'effusion', 'no'];
const DIMS = 3;
/** The vector of each piece; [UNK] has the direction that tells it from the others. */
const ROWS = [
  [0, 0, 0],
  [1, 1, 1],
  [0, 0, 3],
  [0, 0, 1],
  [1, 0, 0],
  [0, 1, 0],
  [1, 1, 0],
];
const MAX_TOKENS = 6;

type Input = ManifestOf<'text-encoder'>['input'];

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interleave-onnx-text-'));
});
after(() => rm(folder, { recursive: true, force: true }));

const tokens =
  (length: number | string, type: 'int64' | 'int32') =>
  (name: string): Buffer =>
    onnxValue(name, ['batch', length], type);
const table = onnxTensor('table', [PIECES.length, DIMS], Float32Array.from(ROWS.flat()));

/** The vector of each token, and the mean of each text. */
function graph({
  inputs = ['input_ids', 'attention_mask', 'token_type_ids'],
  pooled = true,
  length = 'tokens',
  type = 'int64',
}: {
  inputs?: string[];
  pooled?: boolean;
  length?: number | string;
  type?: 'int64' | 'int32';
} = {}): Buffer {
  return onnxModel({
    nodes: [
      onnxNode('Gather', ['table', inputs[0] ?? ''], 'last_hidden_state', { axis: 0 }),
      ...(pooled
        ? [onnxNode('ReduceMean', ['last_hidden_state'], 'pooler_output', { axes: [1], keepdims: 0 })]
        : []),
    ],
    initializers: [table],
    input: inputs.map(tokens(length, type)),
    outputs: [
      onnxValue('last_hidden_state', ['batch', length, DIMS]),
      ...(pooled ? [onnxValue('pooler_output', ['batch', DIMS])] : []),
    ],
  });
}

async function bundle(
  model: Buffer,
  input: Partial<Input> = {},
  { dims = DIMS, names, floors }: { dims?: number; names?: GivenFile['names']; floors?: TextFloors } = {},
): Promise<Bundle> {
  const about: AboutBundle = {
    format: 1,
    name: 'words',
    kind: 'text-encoder',
    about: 'A table.',
    input: {
      takes: 'text',
      of: 'sentence',
      language: 'en',
      tokenizer: 'wordpiece',
      pooling: 'mean',
      maxTokens: MAX_TOKENS,
      maxCharacters: 100,
      ...input,
    },
    output: { gives: 'vector', dims, similarity: 'cosine', floors },
    parents: [],
    data: [],
    seeds: [],
    metrics: [],
    domain: 'public',
    licence: 'Apache-2.0',
  };
  const file = inFolder('graph', 'onnx', 'model.onnx', model);
  await saveBundle(join(folder, 'words'), about, [
    names === undefined ? file : { ...file, names },
    inFolder('vocabulary', 'text', 'vocab.txt', Buffer.from(PIECES.join('\n'))),
  ]);
  return loadBundle(join(folder, 'words'));
}

const rounded = (vector: Float32Array | undefined) =>
  [...(vector ?? [])].map((value) => Math.round(value * 1000));

test('a text encoder as ONNX gives the mean of its tokens, its ends among them', async () => {
  const encoder = await openTextEncoder(await bundle(graph()));
  const vectors = await encoder.embed(['No effusion.', 'effusion', 'No effusion.']);
  // [CLS] no effusion [UNK] [SEP]: (2, 3, 5) / √38
  assert.deepEqual(rounded(vectors[0]), [324, 487, 811]);
  assert.deepEqual(rounded(vectors[1]), [0, 243, 970]);
  assert.deepEqual(vectors[0], vectors[2]);
  assert.equal(encoder.tokensOf('No effusion.'), 5);
  assert.match(encoder.engine.name, /^onnxruntime-node/);
  await assert.rejects(encoder.embed([' ']), hasCode('TEXT_VECTOR_FAILED'));
  encoder.dispose();
});

test('or the first token, or what the graph pools: the manifest says which', async () => {
  const first = await openTextEncoder(await bundle(graph(), { pooling: 'cls' }));
  assert.deepEqual(rounded((await first.embed(['effusion']))[0]), [0, 0, 1000]);
  const own = await openTextEncoder(await bundle(graph(), { pooling: 'graph' }));
  assert.deepEqual(rounded((await own.embed(['effusion']))[0]), [0, 243, 970]);
  const named = await bundle(
    graph(),
    { pooling: 'graph' },
    { names: { input: 'input_ids', output: 'last_hidden_state' } },
  );
  await assert.rejects(openTextEncoder(named), hasCode('MODEL_INVALID'));
});

test('or the last token; ids may be int32', async () => {
  const last = await openTextEncoder(await bundle(graph({ type: 'int32' }), { pooling: 'eos' }));
  assert.deepEqual(rounded((await last.embed(['effusion']))[0]), [0, 0, 1000]);
  last.dispose();
});

test('a text that is filled up has the vector that it has without', async () => {
  // [UNK] has a vector of its own: it must not count.
  const filled = await bundle(graph({ length: MAX_TOKENS }), { padding: 1 });
  const encoder = await openTextEncoder(filled);
  assert.deepEqual(rounded((await encoder.embed(['effusion']))[0]), [0, 243, 970]);
  assert.equal(encoder.tokensOf('effusion'), 3);
  encoder.dispose();
  await assert.rejects(
    openTextEncoder(await bundle(graph({ length: MAX_TOKENS }))),
    hasCode('MODEL_INVALID'),
  );
  await assert.rejects(
    openTextEncoder(await bundle(graph({ length: MAX_TOKENS + 1 }), { padding: 1 })),
    hasCode('MODEL_INVALID'),
  );
});

test('inputs may have other names, which the manifest says', async () => {
  const inputs = ['ids', 'mask', 'types'];
  const names = { input: 'ids', mask: 'mask', types: 'types', output: 'last_hidden_state' };
  const encoder = await openTextEncoder(await bundle(graph({ inputs }), {}, { names }));
  assert.deepEqual(rounded((await encoder.embed(['effusion']))[0]), [0, 243, 970]);
  encoder.dispose();
});

test('a graph without mask and types is given none', async () => {
  const encoder = await openTextEncoder(await bundle(graph({ inputs: ['input_ids'], pooled: false })));
  assert.deepEqual(rounded((await encoder.embed(['effusion']))[0]), [0, 243, 970]);
});

test('a text counts up to the tokens and characters of the manifest', async () => {
  const encoder = await openTextEncoder(await bundle(graph()));
  const [a, b] = await encoder.embed(['no no no no', `${'no '.repeat(40)} effusion`]);
  assert.deepEqual(a, b);
  assert.equal(encoder.tokensOf('no '.repeat(40)), MAX_TOKENS);
});

test('what does not give what its manifest says is refused when it is opened', async () => {
  for (const wrong of [
    () => bundle(graph({ inputs: ['words'] })),
    () => bundle(graph(), {}, { dims: 4 }),
    () => bundle(Buffer.from('nothing')),
    () => bundle(graph(), { pooling: undefined }),
    () => bundle(graph({ pooled: false }), { pooling: 'graph' }),
  ])
    await assert.rejects(openTextEncoder(await wrong()), hasCode('MODEL_INVALID'));
  await assert.rejects(
    openTextEncoder(await bundle(graph(), { tokenizer: 'sentencepiece-unigram' })),
    hasCode('MODEL_UNSUPPORTED'),
  );
});

test('the floors that a manifest states are known by its hash', async () => {
  const floors = { words: 0.3, reports: 0.7 };
  const { manifest } = await bundle(graph(), {}, { floors });
  assert.deepEqual(await textFloorsOf(folder, manifest.hash), floors);
  assert.equal(await textFloorsOf(folder, 'f'.repeat(64)), null);
  assert.equal(await textFloorsOf(folder, SENTENCE_BUNDLE.hash), null);
});

test('where ONNX Runtime does not start it is refused, and the command that helps is named', async () => {
  const broken = async () => {
    throw new Error('libonnxruntime.so.1: cannot open shared object file');
  };
  await assert.rejects(OnnxText.of(await bundle(graph()), broken), (error) => {
    assert.equal(codeOf(error), 'MODEL_UNSUPPORTED');
    assert.match((error as Error).message, /onnxruntime .*npm ci/);
    return true;
  });
});

test('the thread of the text encoders opens each bundle in its own engine', async () => {
  await bundle(graph());
  const encoders = await TextEncoders.start(folder);
  try {
    assert.match(encoders.backend.backendName, /tfjs/);
    const { hash, dims } = await encoders.open('words');
    const ours = await encoders.open('universal-sentence-encoder-lite');
    assert.deepEqual([dims, ours.dims], [DIMS, 512]);
    const [vector] = await encoders.embed(hash, ['effusion'], 10_000);
    assert.deepEqual(rounded(vector), [0, 243, 970]);
    assert.match(encoders.backend.backendName, /onnxruntime/);
    await encoders.embed(ours.hash, ['effusion'], 10_000);
    assert.match(encoders.backend.backendName, /tfjs/);
  } finally {
    await encoders.stop();
  }
});

function hasCode(code: ErrorCode) {
  return (error: unknown) => {
    assert.equal(codeOf(error), code, String(error));
    return true;
  };
}
