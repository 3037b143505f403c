/**
 * Where a member of a wheel belongs in `deps`, the folder that TensorFlow.js's addon looks in; null for what it does not
 * need, which is most of a wheel. TensorFlow's RUNPATH holds `$ORIGIN/../nvidia/<part>/lib`: with its libraries in
 * `deps/lib` and NVIDIA's in `deps/nvidia`, each finds the other without LD_LIBRARY_PATH.
 */
export function placeOf(member) {
  if (member.endsWith('/') || member.split('/').includes('..')) return null;
  const library = /^tensorflow\/(libtensorflow(?:_cc|_framework)\.so\.2)$/.exec(member);
  if (library !== null) return `lib/${library[1]}`;
  if (/^tensorflow\/include\/(?:tensorflow\/c|tsl\/c)\/.*\.h$/.test(member) || HEADERS.has(member))
    return member.slice('tensorflow/'.length);
  if (/^nvidia\/\w+\/lib\/[^/]+\.so(?:\.\d+)*$/.test(member)) return member;
  if (/^nvidia\/cuda_nvcc\/(?:bin\/\w+|nvvm\/lib\w*\/.+)$/.test(member)) return member;
  return null;
}

/** Headers that the C headers include. */
const HEADERS = new Set([
  'tensorflow/include/tensorflow/core/platform/ctstring.h',
  'tensorflow/include/tensorflow/core/platform/ctstring_internal.h',
  'tensorflow/include/tsl/platform/ctstring.h',
  'tensorflow/include/tsl/platform/ctstring_internal.h',
]);

/** Programs, which zip files do not remember as such. */
export function isProgram(place) {
  return /^nvidia\/\w+\/bin\//.test(place);
}

/** Names that lead to others: [link, what it leads to from there]. */
export function linksOf(kind) {
  const linker = [
    ['lib/libtensorflow.so', 'libtensorflow_cc.so.2'],
    ['lib/libtensorflow_framework.so', 'libtensorflow_framework.so.2'],
  ];
  // cuDNN's own RUNPATH looks for `nvrtc`, and the wheel calls it `cuda_nvrtc`.
  return kind === 'gpu' ? [...linker, ['nvidia/nvrtc', 'cuda_nvrtc']] : linker;
}

/** The seven that TensorFlow opens before it computes on a GPU. */
export const CUDA_LIBRARIES = [
  'cuda_runtime/lib/libcudart.so.12',
  'cublas/lib/libcublas.so.12',
  'cublas/lib/libcublasLt.so.12',
  'cufft/lib/libcufft.so.11',
  'cusolver/lib/libcusolver.so.11',
  'cusparse/lib/libcusparse.so.12',
  'cudnn/lib/libcudnn.so.8',
];
