import { type Gpu, isOldDriver, LEAST_DRIVER } from './gpu.ts';
import type { Measured } from './measure.ts';

/** What would be faster, why it is not so, and what to do. */
export interface Advice {
  for: 'images' | 'texts' | 'both';
  /** the engine that would compute then */
  engine: string;
  why: string;
  /** the command that gets it; null where no command can */
  command: string | null;
}

/** What is known of this machine. */
export interface Situation {
  images: Measured;
  texts: Measured;
  gpus: readonly Gpu[];
  /** INTERLEAVE_ENGINE */
  wanted: string;
  /** the packages of TensorFlow.js with TensorFlow's library that are installed, and the libraries that are still there */
  installed: Readonly<Record<'native' | 'gpu', boolean>>;
  libraries: Readonly<Record<'native' | 'gpu', boolean>>;
  /** whether those libraries exist for this machine at all: Linux on x86-64 */
  supported: boolean;
  /** whether the bundle of `setup:all-minilm` is in the models folder */
  allMiniLm: boolean;
}

/** The most useful first; empty where nothing here would be faster. */
export function adviceFor(situation: Situation): Advice[] {
  return [...gpuAdvice(situation), ...imageAdvice(situation), ...textAdvice(situation)];
}

function gpuAdvice({ images, texts, gpus, installed, libraries, supported, wanted }: Situation): Advice[] {
  if (!supported || (images.kind === 'gpu' && texts.kind === 'gpu')) return [];
  const advice = (why: string, command: string | null): Advice[] => [
    { for: images.kind === 'gpu' ? 'texts' : 'both', engine: 'tfjs-node-gpu', why, command },
  ];
  const [gpu] = gpus;
  if (gpu === undefined)
    return advice(
      `this machine has no NVIDIA GPU that its driver shows; one with driver ${LEAST_DRIVER} or newer is needed first`,
      installed.gpu ? null : SET_UP.gpu,
    );
  if (isOldDriver(gpu))
    return advice(`the driver of ${gpu.name} is ${gpu.driver}, and ${LEAST_DRIVER} or newer is needed`, null);
  if (!installed.gpu) return advice(`${gpu.name} is not used${again(libraries.gpu)}`, SET_UP.gpu);
  if (wanted !== 'auto' && texts.kind === 'gpu') return advice(forced(wanted), UNSET);
  return advice(`${gpu.name} is there, and TensorFlow does not see it`, SET_UP.gpu);
}

function imageAdvice({ images, wanted }: Situation): Advice[] {
  if (images.kind === 'gpu' || images.engine === 'onnxruntime') return [];
  const command = wanted === 'auto' ? 'npm ci' : UNSET;
  const why = wanted === 'auto' ? 'it comes with npm, and does not open here' : forced(wanted);
  return [{ for: 'images', engine: 'onnxruntime', why, command }];
}

function textAdvice({ texts, libraries, supported, allMiniLm }: Situation): Advice[] {
  if (texts.engine !== 'wasm') return [];
  const onnx: Advice = {
    for: 'texts',
    engine: 'onnxruntime',
    why: 'unless it is promoted already, all-MiniLM-L6-v2 reads some six times as many sentences and finds more (docs/performance.md)',
    command: allMiniLm ? 'npx interleave models promote all-minilm-l6-v2' : 'npm run setup:all-minilm',
  };
  const why = `the text encoder that comes with us runs on WebAssembly${again(libraries.native)}`;
  const native: Advice = { for: 'texts', engine: 'tfjs-node', why, command: SET_UP.native };
  return supported ? [onnx, native] : [onnx];
}

const SET_UP = { native: 'npm run setup:native', gpu: 'npm run setup:gpu' };
const UNSET = 'unset INTERLEAVE_ENGINE';

function forced(wanted: string): string {
  return `INTERLEAVE_ENGINE is ${wanted}`;
}

/** `npm ci` takes the packages away and leaves the libraries. */
function again(there: boolean): string {
  return there ? '; the libraries are there already, so it takes seconds' : '';
}
