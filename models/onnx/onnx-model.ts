import { bytes, integer, integers, text } from './protobuf.ts';

/**
 * The messages of an ONNX model (https://github.com/onnx/onnx, `onnx/onnx.proto`), as far as our graphs need them. Numbers
 * of fields are that file's.
 */

/** IR version 8 with the operators of set 17: ONNX 1.12 (2022) and newer. */
const IR_VERSION = 8;
const OPERATOR_SET = 17;

const FLOAT = 1;
/** Of what goes in or comes out, by their numbers in TensorProto.DataType. */
const TYPES = { float32: FLOAT, int32: 6, int64: 7, float16: 10 } as const;
const INTEGERS_ATTRIBUTE = 7;
const INTEGER_ATTRIBUTE = 2;

/** A dimension by its size, or by a name where it differs from run to run. */
type Dimension = number | string;

export interface OnnxModel {
  nodes: readonly Buffer[];
  /** weights */
  initializers: readonly Buffer[];
  input: Buffer | readonly Buffer[];
  outputs: readonly Buffer[];
}

export function onnxModel({ nodes, initializers, input, outputs }: OnnxModel): Buffer {
  const graph = [
    ...nodes.map((one) => bytes(1, one)),
    text(2, 'interleave'),
    ...initializers.map((one) => bytes(5, one)),
    ...[input].flat().map((one) => bytes(11, one)),
    ...outputs.map((one) => bytes(12, one)),
  ];
  return Buffer.concat([
    integer(1, IR_VERSION),
    text(2, 'interleave'),
    bytes(7, ...graph),
    bytes(8, text(1, ''), integer(2, OPERATOR_SET)),
  ]);
}

/** One operation with its whole numbers or lists of them as attributes. */
export function onnxNode(
  type: string,
  inputs: readonly string[],
  output: string,
  attributes: Readonly<Record<string, number | readonly number[]>> = {},
): Buffer {
  return Buffer.concat([
    ...inputs.map((name) => text(1, name)),
    text(2, output),
    text(3, output),
    text(4, type),
    ...Object.entries(attributes).map(([name, value]) => bytes(5, ...attribute(name, value))),
  ]);
}

function attribute(name: string, value: number | readonly number[]): Buffer[] {
  return typeof value === 'number'
    ? [text(1, name), integer(3, value), integer(20, INTEGER_ATTRIBUTE)]
    : [text(1, name), integers(8, value), integer(20, INTEGERS_ATTRIBUTE)];
}

/** A constant of float32 numbers. */
export function onnxTensor(name: string, shape: readonly number[], data: Float32Array): Buffer {
  return Buffer.concat([
    integers(1, shape),
    integer(2, FLOAT),
    text(8, name),
    bytes(9, Buffer.from(data.buffer, data.byteOffset, data.byteLength)),
  ]);
}

/** What goes in or comes out: numbers of this shape, float32 unless told. */
export function onnxValue(
  name: string,
  shape: readonly Dimension[],
  type: keyof typeof TYPES = 'float32',
): Buffer {
  const dimensions = shape.map((one) => bytes(1, typeof one === 'number' ? integer(1, one) : text(2, one)));
  const tensor = bytes(1, integer(1, TYPES[type]), bytes(2, ...dimensions));
  return Buffer.concat([text(1, name), bytes(2, tensor)]);
}
