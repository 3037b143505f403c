import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bootstrap } from '../../support/bootstrap.ts';

const { placeOf, isProgram, linksOf, CUDA_LIBRARIES } = await bootstrap<{
  placeOf(member: string): string | null;
  isProgram(place: string): boolean;
  linksOf(kind: string): [string, string][];
  CUDA_LIBRARIES: string[];
}>('../native/layout.mjs');

test("TensorFlow's libraries and C headers lie where the addon looks", () => {
  assert.equal(placeOf('tensorflow/libtensorflow_cc.so.2'), 'lib/libtensorflow_cc.so.2');
  assert.equal(placeOf('tensorflow/libtensorflow_framework.so.2'), 'lib/libtensorflow_framework.so.2');
  assert.equal(
    placeOf('tensorflow/include/tensorflow/c/eager/c_api.h'),
    'include/tensorflow/c/eager/c_api.h',
  );
  assert.equal(placeOf('tensorflow/include/tsl/c/tsl_status.h'), 'include/tsl/c/tsl_status.h');
});

test("NVIDIA's libraries keep their folders, which TensorFlow's RUNPATH names, and ptxas can be run", () => {
  for (const library of CUDA_LIBRARIES) assert.equal(placeOf(`nvidia/${library}`), `nvidia/${library}`);
  assert.equal(placeOf('nvidia/cuda_nvcc/bin/ptxas'), 'nvidia/cuda_nvcc/bin/ptxas');
  assert.ok(isProgram('nvidia/cuda_nvcc/bin/ptxas'));
  assert.ok(!isProgram('nvidia/cudnn/lib/libcudnn.so.8'));
});

test('what is not needed stays in the wheel, and nothing leaves the folder', () => {
  for (const member of [
    'tensorflow/python/_pywrap_tfe.so',
    'tensorflow/include/tensorflow/core/framework/tensor.h',
    'nvidia/cublas/include/cublas.h',
    'nvidia/cublas/lib/__init__.py',
    'nvidia/cuda_runtime/lib/libcudart_static.a',
    'nvidia/cublas/lib/',
    'nvidia/../lib/evil.so',
    'tensorflow/include/tensorflow/c/../../../../evil.h',
    'nvidia_cublas_cu12-12.2.5.6.dist-info/RECORD',
  ])
    assert.equal(placeOf(member), null, member);
});

test('the linker finds the libraries by the names that it is given', () => {
  const names = linksOf('native').map(([link]) => link);
  assert.deepEqual(names, ['lib/libtensorflow.so', 'lib/libtensorflow_framework.so']);
  assert.deepEqual(linksOf('gpu').at(-1), ['nvidia/nvrtc', 'cuda_nvrtc']);
});
