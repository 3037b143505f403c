import { join } from 'node:path';
import { DEFAULT_ENGINE } from '../models/engines/engine-settings.ts';
import { ENGINE_IDS, type EngineId } from '../models/engines/who-opens.ts';
import { projectRoot } from '../platform/process/project-root.ts';
import { type BenchOptions, type BenchResult, type Figure, figure } from './bench-result.ts';
import { type EngineMeasured, measureEngine } from './support/engine-process.ts';
import { benchImages, type StepTimes, stepTimes } from './support/image-steps.ts';

const SECONDS = 5;
const IMAGES = 24;
/** Images at once. */
export const BATCHES = [1, 8, 32] as const;
const AIM = 0.9;

/**
 * Images per second of every engine that opens here, one after the other, each in processes of its own: from DICOM bytes
 * to vector, through the threads of the service, and the network alone on images that are ready. Reading, making small
 * and the thumbnail are timed apart. `--seconds 5` for each, `--engines onnxruntime,wasm`, `--batches 1,8,32`,
 * `--images 24`, `--threads 1`. An engine that does not open has no value, and the notes say why.
 */
export async function run({ values, say }: BenchOptions): Promise<BenchResult> {
  const modelsDir = process.env['INTERLEAVE_MODELS_DIR'] || join(projectRoot(), '.interleave/models');
  const settings = {
    seconds: Number(values['seconds'] ?? SECONDS),
    threads: Number(values['threads'] ?? DEFAULT_ENGINE.engineThreads),
    images: Number(values['images'] ?? IMAGES),
    batches: values['batches']?.split(',').map(Number) ?? BATCHES,
    modelsDir,
  };
  const ids = values['engines']?.split(',') ?? ENGINE_IDS;
  const notes: string[] = [];
  say('drawing images …');
  const images = benchImages(settings.images);
  const steps = await stepTimes(images);
  notes.push(`${settings.images} simulated radiographs, ${describe(images)}`, describeSteps(steps));

  const measured: EngineMeasured[] = [];
  for (const id of ENGINE_IDS.filter((one) => ids.includes(one))) {
    say(`${id} …`);
    const result = await measureEngine(id, settings);
    if (typeof result === 'string') {
      say(`${id}: not measured (${result})`);
      notes.push(`${id}: not measured (${result})`);
      continue;
    }
    measured.push(result);
    notes.push(
      `${id}: ${result.name}, opens in ${Math.round(result.openMs)} ms, ${Math.round(result.memoryMb)} MiB of memory in all, ${result.cpuMs.toFixed(1)} ms of processor time an image the whole way`,
    );
  }
  return { bench: 'inference', figures: [...figures(measured), ...stepFigures(steps)], peers: [], notes };
}

/** As figures name them: one that computes on a GPU is `gpu`, whichever it is. */
function nameOf({ id, kind }: EngineMeasured): string {
  return kind === 'gpu' ? 'gpu' : id === 'onnxruntime' ? 'onnx' : kind;
}

const NAMES = ['onnx', 'native', 'wasm', 'gpu'];

export function figures(measured: readonly EngineMeasured[]): Figure[] {
  const of = (name: string) => fastest(measured.filter((one) => nameOf(one) === name));
  const all = NAMES.flatMap((name) =>
    BATCHES.flatMap((batch) => [
      figure(`images_per_s_${name}_${batch}`, of(name)?.whole[batch] ?? null, 'images/s'),
      figure(`network_per_s_${name}_${batch}`, of(name)?.network[batch] ?? null, 'images/s'),
    ]),
  );
  const best = ENGINE_IDS.flatMap((id: EngineId) => measured.filter((one) => one.id === id)).find(isTaken);
  const efficiency = best === undefined ? null : quotient(best.whole[8], best.network[8]);
  return [
    ...all,
    {
      name: 'pipeline_efficiency_8',
      value: efficiency,
      unit: '',
      aim: `>= ${AIM}`,
      met: efficiency === null ? null : efficiency >= AIM,
    },
    figure('engine_ratio_to_wasm_8', quotient(best?.network[8], of('wasm')?.network[8]), '×'),
    figure('polls_per_s', best?.polls ?? null, 'images/s'),
  ];
}

/** By `auto`: TensorFlow's engine for GPUs is passed over where it computes on the processor. */
function isTaken({ id, kind }: EngineMeasured): boolean {
  return id !== 'tfjs-node-gpu' || kind === 'gpu';
}

function fastest(engines: readonly EngineMeasured[]): EngineMeasured | undefined {
  return [...engines].sort((a, b) => (b.network[8] ?? 0) - (a.network[8] ?? 0))[0];
}

function quotient(one: number | undefined, other: number | undefined): number | null {
  return one === undefined || other === undefined || other === 0 ? null : one / other;
}

function stepFigures({ decodeMs, resizeMs, previewMs, thumbnailMs }: StepTimes): Figure[] {
  return [
    figure('decode_ms', decodeMs, 'ms'),
    figure('resize_ms', resizeMs, 'ms'),
    figure('preview_ms', previewMs, 'ms'),
    figure('thumbnail_ms', thumbnailMs, 'ms'),
  ];
}

function describe(images: readonly Buffer[]): string {
  const bytes = images.reduce((sum, image) => sum + image.length, 0) / images.length;
  return `${(bytes / 1e6).toFixed(2)} MB each`;
}

function describeSteps({ decodeMs, resizeMs, previewMs }: StepTimes): string {
  return `the decode thread alone: ${(1000 / (decodeMs + resizeMs + previewMs)).toFixed(0)} images/s`;
}
