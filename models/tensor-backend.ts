import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { InterleaveError } from '../core/errors.ts';

/** `gpu` only when the backend itself says that it computes on one. */
export type BackendKind = 'gpu' | 'native' | 'wasm';

/** What computes the models of this process. */
export interface TensorBackend {
  readonly kind: BackendKind;
  /** package and version, for log, status and bundle comparisons */
  readonly name: string;
  /** why each better backend was not taken, in the order in which they were tried */
  readonly reasons: readonly string[];
  readonly tf: typeof tf;
}

/** What a backend that wants to be taken has to offer; tests give their own list. */
export interface BackendCandidate {
  readonly package: string;
  /** registers the backend with TensorFlow.js and makes it the current one; throws where it cannot */
  open(): Promise<BackendKind>;
}

interface Log {
  info(fields: object, message: string): void;
}

let opened: Promise<TensorBackend> | undefined;

/**
 * Opens the best backend that works here, once per process: `@tensorflow/tfjs-node-gpu`, then
 * `@tensorflow/tfjs-node` (used when someone installed them), then WebAssembly. Texts are computed by it; for images it is
 * one of several engines (`engines/`).
 * @throws InterleaveError BACKEND_UNAVAILABLE when not even WebAssembly starts
 */
export function openTensorBackend(log?: Log): Promise<TensorBackend> {
  opened ??= chooseBackend(CANDIDATES, log);
  return opened;
}

/** One backend by its package, and no other. @throws Error where it cannot be opened */
export async function openTensorBackendOf(name: string): Promise<TensorBackend> {
  const candidate = CANDIDATES.find((one) => one.package === name);
  if (candidate === undefined) throw new Error(`${name} is no backend`);
  return { kind: await candidate.open(), name: `${name} ${versionOf(name)}`, reasons: [], tf };
}

/** Takes the first candidate that opens, and says why the ones before it did not. */
export async function chooseBackend(
  candidates: readonly BackendCandidate[],
  log?: Log,
): Promise<TensorBackend> {
  const reasons: string[] = [];
  for (const candidate of candidates) {
    try {
      const kind = await candidate.open();
      const name = `${candidate.package} ${versionOf(candidate.package)}`;
      log?.info({ backend: kind, name, reasons }, 'backend.chosen');
      return { kind, name, reasons, tf };
    } catch (error) {
      const reason = `${candidate.package}: ${firstLine(error)}`;
      reasons.push(reason);
      log?.info({ reason }, 'backend.fallback');
    }
  }
  throw new InterleaveError('BACKEND_UNAVAILABLE', reasons.join('; '));
}

const CANDIDATES: readonly BackendCandidate[] = [
  { package: '@tensorflow/tfjs-node-gpu', open: () => openNative('@tensorflow/tfjs-node-gpu') },
  { package: '@tensorflow/tfjs-node', open: () => openNative('@tensorflow/tfjs-node') },
  { package: '@tensorflow/tfjs-backend-wasm', open: openWasm },
];

/** The native addon registers itself on import; a build for GPUs also runs, on the CPU, where there is none. */
async function openNative(name: string): Promise<BackendKind> {
  if (!isInstalled(name)) throw new Error('is not installed');
  await import(name);
  if (!(await tf.setBackend('tensorflow'))) throw new Error('could not be started');
  await tf.ready();
  const { isUsingGpuDevice } = tf.backend() as { isUsingGpuDevice?: boolean };
  return isUsingGpuDevice === true ? 'gpu' : 'native';
}

async function openWasm(): Promise<BackendKind> {
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  const entry = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  // Refused once it runs.
  if (tf.getBackend() !== 'wasm') wasm.setWasmPaths(`${join(dirname(entry), '..', 'wasm-out')}/`);
  if (!(await tf.setBackend('wasm'))) throw new Error('could not be started');
  await tf.ready();
  return 'wasm';
}

export function isInstalled(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(`${name}/package.json`);
    return true;
  } catch {
    return false;
  }
}

function versionOf(name: string): string {
  try {
    const { version } = createRequire(import.meta.url)(`${name}/package.json`) as { version: string };
    return version;
  } catch {
    return '';
  }
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n')[0] ?? '';
}
