import avro from 'avsc';
import { MAX_VALUES_BESIDE, MAX_VALUES_PER_BYTE } from './limits.ts';

/**
 * Walks through a record in Avro binary (Avro 1.11 "Binary Encoding") without building anything, and throws a RangeError
 * where it claims more than it holds. avsc believes the count of an array: a record of 20 bytes can claim 2^50 items, and
 * the decoder makes them all before it sees that the bytes have ended (compare CVE-2023-39410). It also follows a schema of
 * any depth: records of nothing but records, each named twice in the next, take a time that doubles with each, and no byte.
 */
export function checkLengths(type: avro.Type, bytes: Buffer): void {
  const walk = new Walk(bytes);
  walk.pass(type);
}

const { types } = avro;

class Walk {
  readonly #bytes: Buffer;
  #at = 0;
  #values = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  pass(type: avro.Type): void {
    this.#values += 1;
    if (this.#values > MAX_VALUES_PER_BYTE * this.#bytes.length + MAX_VALUES_BESIDE)
      throw new RangeError('A record has more values than its bytes can hold.');
    if (type instanceof types.RecordType) for (const field of type.fields) this.pass(field.type);
    else if (type instanceof types.ArrayType) this.#blocks(() => this.pass(type.itemsType));
    else if (type instanceof types.MapType)
      this.#blocks(() => {
        this.#skip(this.#long());
        this.pass(type.valuesType);
      });
    else if (type instanceof types.UnwrappedUnionType || type instanceof types.WrappedUnionType) {
      const branch = type.types[this.#long()];
      if (branch === undefined) throw new RangeError('A union has no such branch.');
      this.pass(branch);
    } else if (type instanceof types.StringType || type instanceof types.BytesType) this.#skip(this.#long());
    else if (
      type instanceof types.IntType ||
      type instanceof types.LongType ||
      type instanceof types.EnumType
    )
      this.#long();
    else if (type instanceof types.BooleanType) this.#skip(1);
    else if (type instanceof types.FloatType) this.#skip(4);
    else if (type instanceof types.DoubleType) this.#skip(8);
    else if (type instanceof types.FixedType) this.#skip(type.size);
    else if (!(type instanceof types.NullType)) throw new RangeError(`${type.typeName} is not known here.`);
  }

  /** Items in blocks, each with its count; a negative one is followed by the length of the block. 0 ends them. */
  #blocks(item: () => void): void {
    for (let count = this.#long(); count !== 0; count = this.#long()) {
      if (count < 0) this.#long();
      // Every item of ours takes a byte at least.
      if (Math.abs(count) > this.#left) throw new RangeError('An array has fewer items than it says.');
      for (let rest = Math.abs(count); rest > 0; rest -= 1) item();
    }
  }

  get #left(): number {
    return this.#bytes.length - this.#at;
  }

  #skip(length: number): void {
    if (length < 0 || length > this.#left) throw new RangeError('A value is longer than the record.');
    this.#at += length;
  }

  /** A zigzag number of variable length. Beyond 2^53 it is not exact, which is more than any length here. */
  #long(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined || scale > MAX_SCALE) throw new RangeError('A number does not end.');
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    }
  }
}

/** A long has ten bytes at most. */
const MAX_SCALE = 128 ** 9;
