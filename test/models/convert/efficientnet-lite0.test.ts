import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { convertEfficientNetLite0, foldBatchNorm } from '../../../models/convert/efficientnet-lite0.ts';
import { openTensorBackend, type TensorBackend } from '../../../models/tensor-backend.ts';

let backend: TensorBackend;
before(async () => {
  backend = await openTensorBackend();
});

for (const depthwise of [false, true])
  test(`a ${depthwise ? 'depthwise ' : ''}convolution with its batch norm folded gives what both give apart`, async () => {
    const { tf } = backend;
    const [inputs, outputs] = depthwise ? [4, 4] : [3, 4];
    const shape: Shape4 = [3, 3, inputs, depthwise ? 1 : outputs];
    const kernel = random(9 * inputs * shape[3], 1);
    const [gamma, beta, mean] = [random(outputs, 2), random(outputs, 3), random(outputs, 4)];
    const variance = random(outputs, 5).map((value) => Math.abs(value) + 0.1);
    const folded = foldBatchNorm(kernel, gamma, beta, mean, variance);
    const x = tf.tensor4d(random(49 * inputs, 6), [1, 7, 7, inputs]);

    const convolve = (data: Float32Array) => {
      const filter = tf.tensor4d(data, shape);
      return depthwise ? tf.depthwiseConv2d(x, filter, 2, 'same') : tf.conv2d(x, filter, 2, 'same');
    };
    const apart = tf.batchNorm(
      convolve(kernel),
      tf.tensor1d(mean),
      tf.tensor1d(variance),
      tf.tensor1d(beta),
      tf.tensor1d(gamma),
      1e-3,
    );
    const together = tf.add(convolve(folded.kernel), tf.tensor1d(folded.bias));
    const difference = await tf.max(tf.abs(tf.sub(apart, together))).data();
    assert.ok((difference[0] ?? 1) < 1e-5, `${difference[0]}`);
  });

test('a checkpoint of another network is refused', () => {
  const other = new Map([['_conv_stem.weight', { shape: [32, 3, 3, 3], data: new Float32Array(864) }]]);
  assert.throws(() => convertEfficientNetLite0(other), /the checkpoint has no _bn0.weight of 32 numbers/);
});

type Shape4 = [number, number, number, number];

/** Numbers between -1 and 1, the same for the same seed. */
function random(length: number, seed: number): Float32Array {
  let state = seed * 2_654_435_761;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  };
  return Float32Array.from({ length }, next);
}
