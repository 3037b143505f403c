import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { codeOf, type ErrorCode } from '../../../core/errors.ts';
import type { DisplayImage } from '../../../core/imaging/display-image.ts';
import { type AddedEncoders, addEncoders } from '../../../models/add/add-encoders.ts';
import { DEFAULT_SPACE_FLOOR, DEFAULT_TEXT_FLOORS } from '../../../models/add/description.ts';
import { loadBundle, manifestOf } from '../../../models/bundle.ts';
import { openBundle } from '../../../models/bundle-folder.ts';
import { DEFAULT_ENGINE } from '../../../models/engines/engine-settings.ts';
import { openEngine } from '../../../models/engines/open-engine.ts';
import type { EngineId } from '../../../models/engines/who-opens.ts';
import { openImageEncoder } from '../../../models/image-encoder.ts';
import {
  MAX_BUNDLE_FILE_BYTES,
  MAX_DESCRIPTION_BYTES,
  MAX_ENCODER_SIZE,
  MAX_ENCODER_TOKENS,
  MAX_TOKENIZER_BYTES,
} from '../../../models/limits.ts';
import { onnxModel, onnxNode, onnxTensor, onnxValue } from '../../../models/onnx/onnx-model.ts';
import { openTextEncoder } from '../../../models/sentence-encoder.ts';
import { spaceOfTwo } from '../../../models/shared-space.ts';
import {
  BRIGHT_WORD,
  CLIP_DESCRIPTION,
  DARK_WORD,
  imageGraph,
  textGraph,
  writeClipPair,
} from '../support/clip-pair.ts';

let root: string;
let count = 0;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'interleave-add-'));
});
after(() => rm(root, { recursive: true, force: true }));

/** A folder with the pair in it, and an empty models folder. */
async function pair(change: object = {}): Promise<{ folder: string; modelsDir: string }> {
  const folder = join(root, `${++count}`);
  await writeClipPair(folder, change);
  const modelsDir = join(root, `${count}-models`);
  await mkdir(modelsDir);
  return { folder, modelsDir };
}

interface Asked {
  name?: string;
  dryRun?: boolean;
  engine?: EngineId;
}

function add(
  { folder, modelsDir }: { folder: string; modelsDir: string },
  { name, dryRun = false, engine = 'onnxruntime' }: Asked = {},
): Promise<AddedEncoders> {
  return addEncoders(folder, {
    modelsDir,
    name,
    dryRun,
    openEngine: () => openEngine({ ...DEFAULT_ENGINE, engine }),
  });
}

/** That it is refused with this code and these words, and that nothing of it stays. */
async function refused(
  where: { folder: string; modelsDir: string },
  code: ErrorCode,
  message: RegExp,
  asked: Asked = {},
): Promise<void> {
  const before = await readdir(where.modelsDir);
  await assert.rejects(add(where, asked), (error) => {
    assert.equal(codeOf(error), code, String(error));
    assert.match((error as Error).message, message);
    return true;
  });
  assert.deepEqual(await readdir(where.modelsDir), before);
}

const grey = (value: number): DisplayImage => ({
  width: 1,
  height: 1,
  channels: 1,
  data: Uint8Array.of(value),
});
function cosine(a?: Float32Array, b?: Float32Array): number {
  let sum = 0;
  for (const [i, value] of (a ?? new Float32Array()).entries()) sum += value * (b?.[i] ?? 0);
  return sum;
}

test('a pair becomes two bundles, and words lie beside the images that they mean', async () => {
  const { folder, modelsDir } = await pair();
  const { bundles, space } = await add({ folder, modelsDir });
  assert.deepEqual(
    bundles.map(({ manifest, dims, wasThere }) => [manifest.name, manifest.kind, dims, wasThere]),
    [
      ['brightness-image', 'image-encoder', 4, false],
      ['brightness-text', 'text-encoder', 4, false],
    ],
  );
  for (const { perSecond, engine, memoryMb } of bundles) {
    assert.ok(perSecond > 0 && memoryMb >= 0);
    assert.match(engine, /^onnxruntime-node/);
  }
  const image = await openImageEncoder(
    await openEngine({ ...DEFAULT_ENGINE, engine: 'onnxruntime' }),
    await openBundle(modelsDir, 'brightness-image'),
  );
  const text = await openTextEncoder(await openBundle(modelsDir, 'brightness-text'));
  const [bright, dark] = await image.embed([grey(240), grey(10)]);
  const [light, sombre, other] = await text.embed([BRIGHT_WORD, DARK_WORD, 'pleural effusion']);
  assert.ok(cosine(light, bright) > 0.95 && cosine(sombre, dark) > 0.95);
  assert.ok(cosine(light, dark) < 0 && cosine(sombre, bright) < 0);
  assert.ok(Math.abs(cosine(other, bright)) < 0.1 && Math.abs(cosine(other, dark)) < 0.1);
  await image.dispose();
  text.dispose();

  const [one, two] = bundles.map(({ manifest }) => manifest);
  assert.deepEqual(await spaceOfTwo(modelsDir, { text: two?.hash ?? '', image: one?.hash ?? '' }), {
    space,
    isShared: true,
  });
  assert.equal(space?.floor, 0.8);
  const nobody = { text: two?.hash ?? '', image: 'f'.repeat(64) };
  assert.deepEqual(await spaceOfTwo(modelsDir, nobody), { space, isShared: false });
});

test('the manifest says what the description does, in its own terms', async () => {
  const where = await pair();
  await add(where);
  const image = manifestOf(await loadBundle(join(where.modelsDir, 'brightness-image')), 'image-encoder');
  assert.deepEqual(
    [image.input.fit, image.input.mean, image.input.scale, image.licence, image.domain],
    ['crop', [127.5, 127.5, 127.5], [127.5, 127.5, 127.5], 'Apache-2.0', 'simulated'],
  );
  const text = manifestOf(await loadBundle(join(where.modelsDir, 'brightness-text')), 'text-encoder');
  assert.deepEqual(
    [text.input.tokenizer, text.input.maxTokens, text.output.floors],
    ['byte-bpe', 77, DEFAULT_TEXT_FLOORS],
  );
});

test('the same again is there already; another of its name is refused, and may be called otherwise', async () => {
  const where = await pair();
  const first = await add(where);
  const again = await add(where);
  assert.deepEqual(
    again.bundles.map(({ manifest, wasThere }) => [manifest.hash, wasThere]),
    first.bundles.map(({ manifest }) => [manifest.hash, true]),
  );
  await writeClipPair(where.folder, { about: 'Another.' });
  await refused(where, 'BUNDLE_NAME_TAKEN', /--name/);
  await add(where, { name: 'other' });
  assert.deepEqual(await readdir(where.modelsDir), [
    'brightness-image',
    'brightness-text',
    'other-image',
    'other-text',
  ]);
  await refused(where, 'ENCODER_DESCRIPTION_INVALID', /small letters/, { name: '../other' });
  await refused(where, 'ENCODER_DESCRIPTION_INVALID', /at most 64/, { name: 'x'.repeat(60) });
});

test('a dry run tries everything and writes nothing', async () => {
  const where = await pair();
  assert.equal((await add(where, { dryRun: true })).bundles.length, 2);
  assert.deepEqual(await readdir(where.modelsDir), []);
});

test('one encoder alone keeps the name, and shares no space', async () => {
  const where = await pair({ text: undefined, sharedSpace: false });
  const { bundles, space } = await add(where);
  assert.deepEqual([bundles.length, bundles[0]?.manifest.name, space], [1, 'brightness', null]);
  const words = await pair({ image: undefined, sharedSpace: false });
  assert.equal((await add(words)).bundles[0]?.manifest.kind, 'text-encoder');
});

test('a graph for batches of one size, and one whose shape does not say its layout, are computed all the same', async () => {
  for (const graph of [
    imageGraph({ batch: 1 }),
    imageGraph({ batch: 3 }),
    imageGraph({ layout: ['c', 'h', 'w'] }),
  ]) {
    const where = await pair({ image: { ...CLIP_DESCRIPTION.image, layout: 'nchw' } });
    await writeFile(join(where.folder, 'vision_model.onnx'), graph);
    await add(where);
    const bundle = await openBundle(where.modelsDir, 'brightness-image');
    const encoder = await openImageEncoder(
      await openEngine({ ...DEFAULT_ENGINE, engine: 'onnxruntime' }),
      bundle,
    );
    const values = [250, 200, 150, 100, 50, 20, 10];
    const together = await encoder.embed(values.map(grey));
    for (const [i, value] of values.entries())
      assert.ok(cosine(together[i], (await encoder.embed([grey(value)]))[0]) > 0.9999);
    await encoder.dispose();
  }
});

test('without its layout such a graph is refused', async () => {
  const where = await pair();
  await writeFile(join(where.folder, 'vision_model.onnx'), imageGraph({ layout: ['c', 'h', 'w'] }));
  await refused(where, 'ENCODER_CHECK_FAILED', /where they stand/);
});

test('a graph for texts of one length gets them filled up, and needs a padding', async () => {
  const where = await pair();
  await writeFile(join(where.folder, 'text_model.onnx'), textGraph({ tokens: 77 }));
  await add(where);
  const { padding: _, ...text } = CLIP_DESCRIPTION.text;
  const without = await pair({ text });
  await writeFile(join(without.folder, 'text_model.onnx'), textGraph({ tokens: 77 }));
  await refused(without, 'ENCODER_CHECK_FAILED', /77 tokens.*padding/);
});

test('what is hostile, or merely wrong, is refused with the field or file that is meant', async () => {
  const { image, text } = CLIP_DESCRIPTION;
  const wrong: [object, ErrorCode, RegExp][] = [
    [{ image: { ...image, file: '../vision_model.onnx' } }, 'ENCODER_DESCRIPTION_INVALID', /image\.file/],
    [{ image: { ...image, file: '/etc/passwd' } }, 'ENCODER_DESCRIPTION_INVALID', /image\.file/],
    [{ image: { ...image, file: 'nowhere.onnx' } }, 'ENCODER_FILE_REFUSED', /nowhere\.onnx/],
    [{ image: { ...image, size: MAX_ENCODER_SIZE + 1 } }, 'ENCODER_DESCRIPTION_INVALID', /image\.size/],
    [{ image: { ...image, size: 1e300 } }, 'ENCODER_DESCRIPTION_INVALID', /image\.size/],
    [{ image: { ...image, std: [1, 1, 0] } }, 'ENCODER_DESCRIPTION_INVALID', /image\.std/],
    [
      { image: { ...image, interpolation: 'bilinear' } },
      'ENCODER_DESCRIPTION_INVALID',
      /image\.interpolation/,
    ],
    [{ image: { ...image, colour: 'grey' } }, 'ENCODER_DESCRIPTION_INVALID', /image\.colour/],
    [{ image: { ...image, output: undefined } }, 'ENCODER_DESCRIPTION_INVALID', /image\.output/],
    [{ image: { ...image, output: 'logits' } }, 'ENCODER_CHECK_FAILED', /logits/],
    [
      { image: { ...image, pooling: 'cls' } },
      'ENCODER_CHECK_FAILED',
      /image_embeds gives no vector for each patch/,
    ],
    [
      { text: { ...text, contextLength: MAX_ENCODER_TOKENS + 1 } },
      'ENCODER_DESCRIPTION_INVALID',
      /contextLength/,
    ],
    [{ text: { ...text, padding: 100_000 } }, 'ENCODER_CHECK_FAILED', /./],
    [{ text: { ...text, pooling: 'eos' } }, 'ENCODER_CHECK_FAILED', /text_embeds is not/],
    [
      { text: { ...text, tokenizer: { kind: 'wordpiece', file: 'tokenizer.json' } } },
      'MODEL_UNSUPPORTED',
      /BPE/,
    ],
    [
      { text: { ...text, tokenizer: { kind: 'sentencepiece', file: 'x' } } },
      'ENCODER_DESCRIPTION_INVALID',
      /kind/,
    ],
    [
      { text: { ...text, tokenizer: { kind: 'byte-bpe', file: 'encoder.json' } } },
      'ENCODER_CHECK_FAILED',
      /./,
    ],
    [{ text: undefined }, 'ENCODER_DESCRIPTION_INVALID', /sharedSpace/],
    [
      { image: undefined, text: undefined, sharedSpace: false },
      'ENCODER_DESCRIPTION_INVALID',
      /image, text or both/,
    ],
    [{ name: 'Not a name' }, 'ENCODER_DESCRIPTION_INVALID', /name/],
    [{ floor: 1 }, 'ENCODER_DESCRIPTION_INVALID', /floor/],
    [{ script: 'rm -rf' }, 'ENCODER_DESCRIPTION_INVALID', /script/],
    [{ licence: '' }, 'ENCODER_DESCRIPTION_INVALID', /licence/],
    [{ format: 2 }, 'ENCODER_DESCRIPTION_INVALID', /format/],
  ];
  for (const [change, code, message] of wrong) await refused(await pair(change), code, message);
});

test('a file that is a link, a folder, empty, too large or no model is refused', async () => {
  const { folder, modelsDir } = await pair();
  const graph = join(folder, 'vision_model.onnx');
  const tokenizer = join(folder, 'tokenizer.json');
  const kept = await readFile(graph);
  const secret = join(root, 'secret.onnx');
  await writeFile(secret, kept);
  for (const [change, message] of [
    [() => symlink(secret, graph), /is a link/],
    [() => mkdir(graph), /no plain file/],
    [() => writeFile(graph, ''), /empty/],
    [() => writeFile(graph, 'not a model'), /no ONNX model/],
    [
      async () => {
        await writeFile(graph, '');
        await truncate(graph, MAX_BUNDLE_FILE_BYTES + 1);
      },
      /at most/,
    ],
  ] as const) {
    await rm(graph, { recursive: true });
    await change();
    await refused({ folder, modelsDir }, 'ENCODER_FILE_REFUSED', message);
  }
  await rm(graph);
  await writeFile(graph, kept);
  for (const bomb of [
    '['.repeat(2_000_000),
    '{"model":'.repeat(200_000),
    '{"model":{"type":"BPE"}}',
    'null',
    '',
  ]) {
    await writeFile(tokenizer, bomb);
    await assert.rejects(add({ folder, modelsDir }), (error) =>
      ['ENCODER_CHECK_FAILED', 'ENCODER_FILE_REFUSED', 'MODEL_UNSUPPORTED'].includes(codeOf(error)),
    );
  }
  await writeFile(tokenizer, 'x');
  await truncate(tokenizer, MAX_TOKENIZER_BYTES + 1);
  await refused({ folder, modelsDir }, 'ENCODER_FILE_REFUSED', /tokenizer\.json.*at most/);
  await truncate(join(folder, 'encoder.json'), MAX_DESCRIPTION_BYTES + 1);
  await refused({ folder, modelsDir }, 'ENCODER_FILE_REFUSED', /encoder\.json.*at most/);
  await rm(join(folder, 'encoder.json'));
  await refused({ folder, modelsDir }, 'ENCODER_FILE_REFUSED', /encoder\.json is not in/);
  await mkdir(join(root, 'linked'));
  const through = { folder: join(root, 'linked'), modelsDir };
  await writeClipPair(through.folder, { image: { ...CLIP_DESCRIPTION.image, file: 'sub/secret.onnx' } });
  await symlink(root, join(through.folder, 'sub'));
  await refused(through, 'ENCODER_FILE_REFUSED', /is a link/);
});

test('encoders that share a space give vectors of one length', async () => {
  const where = await pair();
  await writeFile(join(where.folder, 'vision_model.onnx'), imageGraph({ dims: 6 }));
  await refused(where, 'ENCODER_CHECK_FAILED', /6 numbers.*4/);
});

test('a vector that is longer than a case keeps is refused', async () => {
  const where = await pair({ text: undefined, sharedSpace: false });
  await writeFile(join(where.folder, 'vision_model.onnx'), imageGraph({ dims: 2049 }));
  await refused(where, 'ENCODER_CHECK_FAILED', /2049 numbers/);
});

test('an encoder that does not look at what it is given is refused', async () => {
  const where = await pair();
  const constant = onnxModel({
    nodes: [
      onnxNode('GlobalAveragePool', ['pixel_values'], 'pooled'),
      onnxNode('Flatten', ['pooled'], 'colours', { axis: 1 }),
      onnxNode('MatMul', ['colours', 'nothing'], 'zeros'),
      onnxNode('Add', ['zeros', 'always'], 'image_embeds'),
    ],
    initializers: [
      onnxTensor('nothing', [3, 4], new Float32Array(12)),
      onnxTensor('always', [4], Float32Array.of(1, 0, 0, 0)),
    ],
    input: onnxValue('pixel_values', ['batch', 3, 32, 32]),
    outputs: [onnxValue('image_embeds', ['batch', 4])],
  });
  await writeFile(join(where.folder, 'vision_model.onnx'), constant);
  await refused(where, 'ENCODER_CHECK_FAILED', /two images that differ give the same vector/);
});

test('on an engine that opens no ONNX it is refused, with the setting that helps', async () => {
  await refused(await pair(), 'MODEL_UNSUPPORTED', /INTERLEAVE_ENGINE=onnxruntime .*npm ci/, {
    engine: 'wasm',
  });
});

test('what a description leaves out has a default that finds little', () => {
  assert.ok(DEFAULT_SPACE_FLOOR >= 0.3);
  assert.ok(DEFAULT_TEXT_FLOORS.words >= 0.9 && DEFAULT_TEXT_FLOORS.reports >= DEFAULT_TEXT_FLOORS.words);
});
