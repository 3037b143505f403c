/**
 * IEEE 754 half precision, little endian, as vectors travel on Kafka: 2 bytes a component. A unit vector keeps three
 * decimal digits of each component, which moves a cosine by less than 1e-3.
 */
export function toFloat16(values: Float32Array | readonly number[]): Buffer {
  const bytes = Buffer.allocUnsafe(values.length * 2);
  for (let i = 0; i < values.length; i++) bytes.writeUInt16LE(halfOf(values[i] ?? 0), i * 2);
  return bytes;
}

/** The inverse of `toFloat16`; throws a RangeError on an odd number of bytes. */
export function fromFloat16(bytes: Uint8Array): Float32Array {
  if (bytes.length % 2 !== 0) throw new RangeError('float16 data has an odd number of bytes');
  const values = new Float32Array(bytes.length / 2);
  for (let i = 0; i < values.length; i++)
    values[i] = floatOf((bytes[2 * i] ?? 0) | ((bytes[2 * i + 1] ?? 0) << 8));
  return values;
}

const scratch = new DataView(new ArrayBuffer(4));

/** Rounds to nearest, ties to even; overflow gives infinity, NaN stays NaN. */
function halfOf(value: number): number {
  scratch.setFloat32(0, value);
  const bits = scratch.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude >= 0x38800000) {
    const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
    return sign | ((rounded - 0x38000000) >>> 13);
  }
  // Subnormal: a multiple of 2^-24.
  const scaled = Math.abs(value) * 2 ** 24;
  const floor = Math.floor(scaled);
  const rest = scaled - floor;
  const up = rest > 0.5 || (rest === 0.5 && floor % 2 === 1);
  return sign | (floor + (up ? 1 : 0));
}

function floatOf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
