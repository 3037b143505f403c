import { InterleaveError } from '../../core/errors.ts';
import type { DisplayImage } from '../../core/imaging/display-image.ts';
import type { Bundle } from '../bundle.ts';
import type { Engine } from '../engines/engine.ts';
import { openImageEncoder } from '../image-encoder.ts';
import { ENCODER_SPEED_MS, MODEL_BATCH } from '../limits.ts';
import { openTextEncoder } from '../sentence-encoder.ts';

/** What an encoder was seen to do. */
export interface TriedEncoder {
  dims: number;
  /** images or texts a second on this machine, now; texts are short */
  perSecond: number;
  /** by which the process grew when it was opened, in MiB */
  memoryMb: number;
  /** what computed it */
  engine: string;
}

/** The cosine of a vector with itself, computed again: below it an encoder is not repeatable. */
const SAME = 0.9999;
/** And of two things that are not the same: above it the encoder does not look at them. */
const TELLS_APART = 0.999999;

/**
 * Opens a bundle as a service does, and has it embed: two things that differ get two vectors, the same thing the same, alone and
 * beside others.
 * @throws InterleaveError ENCODER_CHECK_FAILED with what did not hold; as `openImageEncoder` and `openTextEncoder`
 */
export async function tryOut(bundle: Bundle, engine: Engine | null): Promise<TriedEncoder> {
  const before = process.memoryUsage.rss();
  if (engine === null) {
    const encoder = await openTextEncoder(bundle);
    const things = { name: bundle.manifest.name, what: 'texts', some: TEXTS } as const;
    const tried = await checked({ ...encoder, engine: encoder.engine.name }, things, before);
    encoder.dispose();
    return tried;
  }
  const encoder = await openImageEncoder(engine, bundle);
  const things = { name: bundle.manifest.name, what: 'images', some: IMAGES } as const;
  const tried = await checked({ ...encoder, engine: engine.name }, things, before);
  await encoder.dispose();
  return tried;
}

interface Tried<T> {
  dims: number;
  engine: string;
  embed(things: readonly T[]): Promise<Float32Array[]>;
}

async function checked<T>(
  { dims, engine, embed }: Tried<T>,
  { name, what, some: [one, other] }: { name: string; what: string; some: readonly [T, T] },
  before: number,
): Promise<TriedEncoder> {
  const fail = (why: string): never => {
    throw new InterleaveError('ENCODER_CHECK_FAILED', `${name}: ${why}.`);
  };
  const alone = async (thing: T) => (await embed([thing]))[0] ?? fail(`one of ${what} gives no vector`);
  const [a, b] = [await alone(one), await alone(other)];
  for (const vector of [a, b])
    if (!vector.every(Number.isFinite) || cosine(vector, vector) < SAME) fail('a vector of it has no length');
  if (cosine(a, b) > TELLS_APART) fail(`two ${what} that differ give the same vector`);
  const again = cosine(a, await alone(one));
  if (again < SAME) fail(`the same input gives another vector the second time (cosine ${rounded(again)})`);
  const both = await embed([one, other]);
  const beside = Math.min(cosine(a, both[0]), cosine(b, both[1]));
  if (beside < SAME)
    fail(
      `two ${what} at once give other vectors than one by one (cosine ${rounded(beside)}): where it is quantised, export it for batches of 1`,
    );
  const memoryMb = Math.max(0, Math.round((process.memoryUsage.rss() - before) / 2 ** 20));
  return { dims, engine, memoryMb, perSecond: await speedOf(embed, [one, other]) };
}

async function speedOf<T>(embed: Tried<T>['embed'], some: readonly [T, T]): Promise<number> {
  const batch = Array.from({ length: MODEL_BATCH }, (_, i) => some[i % 2] as T);
  const began = performance.now();
  let count = 0;
  while (performance.now() - began < ENCODER_SPEED_MS) {
    await embed(batch);
    count += batch.length;
  }
  return Number(((count * 1000) / (performance.now() - began)).toPrecision(3));
}

/** Of two vectors of length 1. */
function cosine(a: Float32Array, b: Float32Array = new Float32Array()): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? Number.NaN), 0);
}

function rounded(value: number): string {
  return value.toFixed(4);
}

const TEXTS = ['Large left pneumothorax.', 'The heart is of normal size.'] as const;

/** A dark picture with a bright middle, and a bright one that grows darker from left to right, of other proportions. */
const IMAGES = [
  picture(96, 96, (x, y) => (Math.hypot(x - 0.5, y - 0.5) < 0.25 ? 220 : 20)),
  picture(160, 80, (x) => 250 - 200 * x),
] as const;

function picture(width: number, height: number, grey: (x: number, y: number) => number): DisplayImage {
  const data = Uint8Array.from({ length: width * height }, (_, i) =>
    grey((i % width) / width, Math.floor(i / width) / height),
  );
  return { width, height, channels: 1, data };
}
