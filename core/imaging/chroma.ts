/**
 * YBR_FULL_422 as it lies in native pixel data (PS3.3 C.7.6.3.1.2): two luminances, then the blue and the red chrominance
 * that both pixels share. Gives YBR_FULL, three bytes a pixel.
 */
export function expand422(bytes: Uint8Array, pixels: number): Uint8Array {
  const full = new Uint8Array(pixels * 3);
  for (let i = 0; i < pixels; i++) {
    const pair = (i >>> 1) * 4;
    full[i * 3] = bytes[pair + (i & 1)] ?? 0;
    full[i * 3 + 1] = bytes[pair + 2] ?? 0;
    full[i * 3 + 2] = bytes[pair + 3] ?? 0;
  }
  return full;
}
