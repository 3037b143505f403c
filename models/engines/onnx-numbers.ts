import type * as Ort from 'onnxruntime-node';
import { fromFloat16 } from '../../core/vector/float16.ts';

/** The numbers of an output, float32 or float16. @throws Error where it is something else */
export function numbersOf(output: string, result: Ort.Tensor | undefined): Float32Array {
  if (result?.type === 'float32') return result.data as Float32Array;
  if (result?.type === 'float16') {
    const { buffer, byteOffset, byteLength } = result.data as Uint16Array;
    return fromFloat16(new Uint8Array(buffer, byteOffset, byteLength));
  }
  throw new Error(`the output ${output} is neither float32 nor float16`);
}

/** The size of a dimension, null where it differs from run to run. */
export function fixedTo(dimension: number | string | undefined): number | null {
  return typeof dimension === 'number' && dimension > 0 ? dimension : null;
}
