// `node scripts/native/probe.mjs gpu`: loads TensorFlow.js with its addon, computes a sum, opens the CUDA libraries, and
// prints what it found as one line of JSON. In a process of its own, since a library that does not fit may end it.
import { join } from 'node:path';
import { KINDS } from './kinds.mjs';
import { CUDA_LIBRARIES } from './layout.mjs';

const kind = KINDS[process.argv[2]];
const tf = (await import(kind.package)).default;
await tf.setBackend('tensorflow');
const [sum] = tf.tidy(() => tf.sum(tf.tensor1d([1, 2, 3])).dataSync());
const { isUsingGpuDevice } = tf.backend();
const cuda = kind.name === 'gpu' ? CUDA_LIBRARIES.map(opened) : [];
console.log(JSON.stringify({ computes: sum === 6, isUsingGpuDevice, cuda }));

/** Node opens the library, and then finds that it is no addon. */
function opened(library) {
  const name = library.split('/').at(-1);
  try {
    process.dlopen({ exports: {} }, join(kind.packageFolder, 'deps', 'nvidia', library));
    return { name, opens: true };
  } catch (error) {
    if (/did not self-register/.test(error.message)) return { name, opens: true };
    return { name, opens: false, reason: error.message.split('\n')[0] };
  }
}
