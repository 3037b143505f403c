import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { InterleaveError } from '../../core/errors.ts';
import { SYSTEM_MEMORY_MB } from '../../infra/embedded/limits.ts';
import { availableMemoryMb, requireDisk, requireMemory } from '../../infra/embedded/resources.ts';
import { freeBytes } from '../../platform/disk/disk-space.ts';
import { loadPrerequisites } from '../bootstrap.ts';
import { DATA_DISK_MB } from '../limits.ts';
import { runningPid } from '../up/instance.ts';
import { choosePorts } from '../up/ports.ts';

/** One thing that a start needs. */
export interface Check {
  name: string;
  ok: boolean;
  /** whether a start would fail without it as things stand; else it is needed only later, or once */
  needed: boolean;
  /** what there is, or what is missing and how it is got, with its code */
  detail: string;
}

type Try = [name: string, needed: boolean, work: () => unknown, detail?: () => string | Promise<string>];

/** What `up` and the preparation before it look at, all of it at once, where they stop at the first that is missing. */
export async function checkMachine(dataDir: string, modelsThere: boolean): Promise<Check[]> {
  const { requireNode, requireJava, requireMaven, requirePython, ENGINES, enginePresent } =
    await loadPrerequisites();
  const running = runningPid(dataDir) !== undefined;
  const engines = ENGINES.every((name) => enginePresent(name));
  const tries: Try[] = [
    ['node', true, () => requireNode(), () => process.versions.node],
    ['java', true, () => requireJava()],
    ['maven', !engines, () => requireMaven(), () => wantedFor(!engines, 'getting Kafka and Elasticsearch')],
    [
      'python',
      !modelsThere,
      () => requirePython(),
      () => wantedFor(!modelsThere, 'getting the model weights, setup:native and setup:gpu'),
    ],
    ...(running ? [] : needsOfAStart(dataDir)),
  ];
  const checks = await Promise.all(tries.map(tried));
  if (!running) return checks;
  return [...checks, { name: 'system', ok: true, needed: true, detail: 'it runs: see `interleave status`' }];
}

/** A system that runs has taken its ports and memory. */
function needsOfAStart(dataDir: string): Try[] {
  const disk = nearestFolder(dataDir);
  return [
    [
      'disk',
      true,
      () => requireDisk(disk, DATA_DISK_MB),
      async () => `${gigabytes((await freeBytes(disk)) / 2 ** 20)} free`,
    ],
    [
      'memory',
      true,
      () => requireMemory(SYSTEM_MEMORY_MB, 'Interleave'),
      () => `${gigabytes(availableMemoryMb())} free`,
    ],
    ['ports', true, () => choosePorts({ any: false, page: undefined }), () => 'all are free'],
  ];
}

async function tried([name, needed, work, detail]: Try): Promise<Check> {
  try {
    await work();
    return { name, ok: true, needed, detail: (await detail?.()) ?? '' };
  } catch (error) {
    const known = error instanceof InterleaveError || (error as Error).name === 'SetupError';
    const { message, code } = error as Error & { code?: string };
    return { name, ok: false, needed, detail: known ? `${message} (${code})` : message };
  }
}

function wantedFor(now: boolean, what: string): string {
  return now ? `for ${what}` : `needed again only for ${what}`;
}

/** `up` makes the data folder with its first start. */
function nearestFolder(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : nearestFolder(dirname(folder));
}

function gigabytes(mb: number): string {
  return `${(mb / 1024).toFixed(1)} GB`;
}
