import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';

/** The machine in one line: what a figure is worth nothing without. */
export function machine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  const memory = `${Math.round(totalmem() / 1024 ** 3)} GB`;
  const load = loadavg()[0]?.toFixed(1);
  return `machine: ${availableParallelism()} cores (${model}), ${memory}, ${type()} ${release()}, Node ${process.versions.node}, load before ${load}`;
}
