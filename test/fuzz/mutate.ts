import type { Random } from '../support/random.ts';
import { type FuzzTarget, MAX_INPUT_BYTES, type Mutation } from './target.ts';

/** Changes an input one to eight times, by bytes or by what its format knows, now and then with a piece of another. */
export function mutate(input: Buffer, other: Buffer, target: FuzzTarget, random: Random): Buffer {
  const splice: Mutation = (bytes) => insert(bytes, slice(other, random), random);
  const token: Mutation = (bytes) => {
    const chosen = target.tokens[random.integer(0, target.tokens.length - 1)] ?? Buffer.alloc(0);
    return random.next() < 0.5 ? insert(bytes, chosen, random) : overwrite(bytes, chosen, random);
  };
  const all = [...BYTE_MUTATIONS, ...target.mutations, ...target.mutations, splice, token, token];
  let result = input;
  for (let times = random.integer(1, 8); times > 0; times--)
    result = (all[random.integer(0, all.length - 1)] ?? flip)(result, random);
  return result.length > MAX_INPUT_BYTES ? result.subarray(0, MAX_INPUT_BYTES) : result;
}

/** The input in chunks of any size, single bytes and empty ones among them. */
export function* chunked(input: Buffer, random: Random): Generator<Buffer> {
  const most = random.pick([1, 3, 16, 256, 4096, 65_536]);
  for (let at = 0; at < input.length; ) {
    const length = random.integer(0, most);
    yield input.subarray(at, at + length);
    at += length;
  }
}

/** Numbers at the edges of what a length can be. */
const EDGES = [
  0, 1, 2, 3, 4, 6, 7, 8, 127, 128, 255, 256, 32_767, 32_768, 65_535, 65_536, 131_072, 131_073, 0x7fffffff,
  0x80000000, 0xfffffffe, 0xffffffff,
] as const;

/** A number of 16 or 32 bits, in either byte order, becomes one at an edge or moves by one. */
export const number: Mutation = (input, random) => {
  const wide = random.next() < 0.6;
  const width = wide ? 4 : 2;
  if (input.length < width) return input;
  const at = random.integer(0, input.length - width);
  const copy = Buffer.from(input);
  const big = random.next() < 0.5;
  const mask = wide ? 0xffffffff : 0xffff;
  const old = big ? copy.readUIntBE(at, width) : copy.readUIntLE(at, width);
  const value =
    random.next() < 0.5
      ? (EDGES[random.integer(0, EDGES.length - 1)] ?? 0) & mask
      : old + random.integer(-4, 4);
  const unsigned = ((value % (mask + 1)) + mask + 1) % (mask + 1);
  if (big) copy.writeUIntBE(unsigned, at, width);
  else copy.writeUIntLE(unsigned, at, width);
  return copy;
};

const flip: Mutation = (input, random) => {
  if (input.length === 0) return Buffer.from([random.integer(0, 255)]);
  const copy = Buffer.from(input);
  const at = random.integer(0, copy.length - 1);
  copy[at] = random.next() < 0.5 ? (copy[at] ?? 0) ^ (1 << random.integer(0, 7)) : random.integer(0, 255);
  return copy;
};

const cut: Mutation = (input, random) => {
  if (input.length === 0) return input;
  const from = random.integer(0, input.length - 1);
  const to = Math.min(input.length, from + random.integer(1, random.pick([1, 8, 64, 4096])));
  return Buffer.concat([input.subarray(0, from), input.subarray(to)]);
};

const truncate: Mutation = (input, random) => input.subarray(0, random.integer(0, input.length));

const repeat: Mutation = (input, random) => {
  const piece = slice(input, random);
  const most = Math.max(1, Math.floor(MAX_INPUT_BYTES / 8 / Math.max(1, piece.length)));
  const times = random.integer(1, Math.min(most, random.pick([2, 16, 300])));
  return insert(input, Buffer.concat(Array.from({ length: times }, () => piece)), random);
};

const BYTE_MUTATIONS: readonly Mutation[] = [flip, flip, number, cut, truncate, repeat];

export function insert(input: Buffer, piece: Buffer, random: Random): Buffer {
  const at = random.integer(0, input.length);
  return Buffer.concat([input.subarray(0, at), piece, input.subarray(at)]);
}

function overwrite(input: Buffer, piece: Buffer, random: Random): Buffer {
  const copy = Buffer.from(input);
  piece.copy(copy, random.integer(0, Math.max(0, copy.length - piece.length)));
  return copy;
}

function slice(input: Buffer, random: Random): Buffer {
  const from = random.integer(0, input.length);
  return input.subarray(from, from + random.integer(0, random.pick([4, 32, 512])));
}
