import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { InterleaveError } from '../core/errors.ts';
import { MAX_MANIFEST_BYTES } from './limits.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** `manifest.json` of a model bundle: all that decides a vector, and where the weights came from. */
const manifestSchema = z.strictObject({
  name: z.string(),
  kind: z.literal('image-encoder'),
  /** grows with every change that moves vectors; vectors of two generations are never compared */
  generation: z.int().positive(),
  dims: z.int().positive(),
  input: z.strictObject({
    size: z.int().positive(),
    channels: z.literal(3),
    fit: z.literal('letterbox'),
    /** (x - mean) / scale, for x in 0..255 */
    mean: z.number(),
    scale: z.number().positive(),
  }),
  source: z.strictObject({
    package: z.string(),
    version: z.string(),
    file: z.string(),
    sha256,
    licence: z.string(),
  }),
  weights: z.strictObject({
    file: z.literal('weights.bin'),
    sha256,
    /** float32, little endian, one after the other */
    tensors: z.array(z.strictObject({ name: z.string(), shape: z.array(z.int().positive()) })),
  }),
  /** SHA-256 of the manifest without this line: the identity of the bundle, written beside every vector */
  hash: sha256,
});

export type Manifest = z.infer<typeof manifestSchema>;
export type Weights = ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>;

export interface Bundle {
  readonly manifest: Manifest;
  /** The numbers of one tensor. @throws InterleaveError MODEL_MISSING when it is not there in this shape */
  tensor(name: string, shape: readonly number[]): Float32Array;
}

/**
 * Loads the bundle in `folder` and checks its hashes.
 * @throws InterleaveError MODEL_MISSING when there is none, or its files are not what the manifest says
 */
export async function loadBundle(folder: string): Promise<Bundle> {
  const file = join(folder, 'manifest.json');
  try {
    if ((await stat(file)).size > MAX_MANIFEST_BYTES) throw new Error('manifest.json is too large');
    const manifest = manifestSchema.parse(JSON.parse(await readFile(file, 'utf8')));
    if (bundleHash(manifest) !== manifest.hash) throw new Error('manifest.json was changed');
    const bytes = await readFile(join(folder, manifest.weights.file));
    if (digest(bytes) !== manifest.weights.sha256) throw new Error('weights.bin was changed');
    const tensors = split(bytes, manifest.weights.tensors);
    return { manifest, tensor: (name, shape) => find(tensors, name, shape) };
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? 'not found' : firstLine(cause);
    throw new InterleaveError('MODEL_MISSING', `${folder}: ${reason}`, { cause });
  }
}

/** Writes a bundle whole or not at all, and gives its manifest. What stood at `folder` before is replaced. */
export async function saveBundle(
  folder: string,
  about: Omit<Manifest, 'weights' | 'hash'>,
  weights: Weights,
): Promise<Manifest> {
  const bytes = Buffer.concat(
    [...weights.values()].map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength)),
  );
  const tensors = [...weights].map(([name, { shape }]) => ({ name, shape: [...shape] }));
  const body = { ...about, weights: { file: 'weights.bin' as const, sha256: digest(bytes), tensors } };
  const manifest: Manifest = { ...body, hash: bundleHash(body) };
  const partial = `${folder}.${process.pid}.partial`;
  await mkdir(partial, { recursive: true });
  await writeFile(join(partial, 'weights.bin'), bytes);
  await writeFile(join(partial, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  await rm(folder, { recursive: true, force: true });
  await rename(partial, folder);
  return manifest;
}

/** The same for every machine that makes the same bundle. */
function bundleHash(manifest: Omit<Manifest, 'hash'> | Manifest): string {
  const { name, kind, generation, dims, input, source, weights } = manifest;
  return digest(JSON.stringify({ name, kind, generation, dims, input, source, weights }));
}

function split(bytes: Buffer, tensors: Manifest['weights']['tensors']): Weights {
  const all = new Map<string, { shape: number[]; data: Float32Array }>();
  // A copy of its own: file buffers need not be aligned to 4 bytes.
  const numbers = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  let at = 0;
  for (const { name, shape } of tensors) {
    const length = shape.reduce((product, size) => product * size, 1);
    all.set(name, { shape, data: numbers.subarray(at, at + length) });
    at += length;
  }
  if (at !== numbers.length) throw new Error('weights.bin has another length than its tensors');
  return all;
}

function find(tensors: Weights, name: string, shape: readonly number[]): Float32Array {
  const tensor = tensors.get(name);
  if (tensor?.shape.join() === shape.join()) return tensor.data;
  throw new InterleaveError(
    'MODEL_MISSING',
    `The bundle has no tensor ${name} of shape ${shape.join(' × ')}.`,
  );
}

function digest(data: Buffer | string): string {
  return createHash('sha256').update(data).digest('hex');
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
