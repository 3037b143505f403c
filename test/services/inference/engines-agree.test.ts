/** Real images through every engine that opens here: all give the vectors that WebAssembly gives. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import sharp from 'sharp';
import type { DisplayImage } from '../../../core/imaging/display-image.ts';
import { fittedSize } from '../../../core/imaging/fit-image.ts';
import { letterbox } from '../../../core/imaging/letterbox.ts';
import { fromFloat16 } from '../../../core/vector/float16.ts';
import { missing, sharedData } from '../../../harness/shared-data.ts';
import { INPUT_SIZE } from '../../../models/efficientnet-lite0.ts';
import { DEFAULT_ENGINE } from '../../../models/engines/engine-settings.ts';
import { ENGINE_IDS, type EngineId } from '../../../models/engines/who-opens.ts';
import { IMAGE_VECTOR } from '../../../models/image-encoder.ts';
import { projectRoot } from '../../../platform/process/project-root.ts';
import { ImageModels } from '../../../services/inference/image-models.ts';

const IMAGES = 200;
const LEAST_COSINE = 0.9999;
/** More than batches of one size. */
const AT_ONCE = 20;
const FOLDERS = [
  ['cxr_hannover_ccby', 'images'],
  ['pairs_medpix2', 'images'],
] as const;

const modelsDir = process.env['INTERLEAVE_MODELS_DIR'] ?? join(projectRoot(), '.interleave/models');
const skip =
  missing(...FOLDERS[0]) ||
  missing(...FOLDERS[1]) ||
  (existsSync(modelsDir) ? false : `the image model is not in ${modelsDir}; \`npm start\` gets it`);

let images: DisplayImage[];
let wasm: Float32Array[];
before(async () => {
  if (skip !== false) return;
  images = await Promise.all(pictures().map(read));
  wasm = await vectorsOf('wasm');
});

for (const engine of ENGINE_IDS.filter((id) => id !== 'wasm'))
  test(`${engine} gives the vectors of WebAssembly on ${IMAGES} real images`, { skip }, async (t) => {
    let vectors: Float32Array[];
    try {
      vectors = await vectorsOf(engine);
    } catch (error) {
      // ONNX Runtime is an ordinary dependency.
      if (engine === 'onnxruntime') throw error;
      t.skip(`SKIPPED: ${error instanceof Error ? error.message : String(error)}`);
      return;
    }
    const cosines = vectors.map((vector, i) => cosine(vector, wasm[i] ?? new Float32Array()));
    t.diagnostic(`least cosine ${Math.min(...cosines).toFixed(7)}`);
    assert.equal(cosines.length, IMAGES);
    assert.ok(cosines.every((one) => one >= LEAST_COSINE));
  });

test('the images are not all alike', { skip }, () => {
  assert.equal(wasm.length, IMAGES);
  assert.ok(wasm.some((vector) => cosine(vector, wasm[0] ?? vector) < 0.7));
});

/** Those of the first set, then every so many of the second. */
function pictures(): string[] {
  const [first, second] = FOLDERS.map((folder) =>
    readdirSync(sharedData(...folder))
      .sort()
      .map((name) => sharedData(...folder, name)),
  ) as [string[], string[]];
  const wanted = IMAGES - first.length;
  const step = Math.floor(second.length / wanted);
  return [...first, ...second.filter((_, i) => i % step === 0).slice(0, wanted)];
}

async function read(file: string): Promise<DisplayImage> {
  const { data, info } = await sharp(file).greyscale().raw().toBuffer({ resolveWithObject: true });
  return letterbox({ width: info.width, height: info.height, channels: 1, data }, INPUT_SIZE);
}

/** Through the thread that the service has. */
async function vectorsOf(engine: EngineId): Promise<Float32Array[]> {
  const models = await ImageModels.open(modelsDir, { engine: { ...DEFAULT_ENGINE, engine } });
  try {
    await models.load([{ called: IMAGE_VECTOR.name, generation: IMAGE_VECTOR.generation }]);
    assert.equal(models.missing[0]?.reason, undefined);
    const vectors: Float32Array[] = [];
    for (let from = 0; from < images.length; from += AT_ONCE) {
      const some = images.slice(from, from + AT_ONCE);
      const made = some.map((image) =>
        models.embed(new Map([[fittedSize({ fit: 'letterbox', size: INPUT_SIZE }), image]]), models.loaded),
      );
      for (const [vector] of await Promise.all(made))
        vectors.push(fromFloat16(vector?.data ?? Buffer.alloc(0)));
    }
    return vectors;
  } finally {
    await models.stop();
  }
}

/** float16 leaves them a little longer or shorter than 1. */
function cosine(one: Float32Array, other: Float32Array): number {
  return dot(one, other) / Math.sqrt(dot(one, one) * dot(other, other));
}

function dot(one: Float32Array, other: Float32Array): number {
  return one.reduce((sum, value, i) => sum + value * (other[i] ?? Number.NaN), 0);
}
