import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { codeOf, InterleaveError } from '../../core/errors.ts';
import { groupExists, identify, isRunning, signalGroup } from '../../infra/process/process-identity.ts';
import { toDiskError } from '../../platform/disk/disk-space.ts';

const identitySchema = z.object({
  pid: z.number().int().positive(),
  started: z.string(),
});

const instanceSchema = z.object({
  startedAt: z.string(),
  page: z.string(),
  kafkaBrokers: z.string(),
  elasticsearchUrl: z.string(),
  hl7: z.object({ host: z.string(), port: z.number() }),
  dicom: z.object({ host: z.string(), port: z.number(), aeTitle: z.string() }),
  /** Service name → port of /livez, /readyz and /metrics. */
  health: z.record(z.string(), z.number()),
  children: z.array(z.object({ name: z.string(), identity: identitySchema })),
});

/** What a running system looks like from outside: where it listens and which processes it is made of. */
export type Instance = z.infer<typeof instanceSchema>;

const pidFile = (dataDir: string) => join(dataDir, 'run', 'up.pid.json');
const instanceFile = (dataDir: string) => join(dataDir, 'run', 'up.json');

/**
 * Takes the data folder for this process. What an `up` left behind that was killed with SIGKILL (its processes, known
 * by pid and moment of start) is stopped first. Throws `ALREADY_RUNNING`, or `CONFIG_INVALID` where we may not write,
 * or `DISK_FULL`.
 * Returns how to let go.
 */
export async function claim(dataDir: string, say: (line: string) => void): Promise<() => void> {
  try {
    takeFolder(dataDir);
  } catch (cause) {
    if (cause instanceof InterleaveError) throw cause;
    throw unusable(dataDir, cause);
  }
  await stopOrphans(dataDir, say);
  return () => {
    rmSync(instanceFile(dataDir), { force: true });
    rmSync(pidFile(dataDir), { force: true });
  };
}

function takeFolder(dataDir: string): void {
  mkdirSync(join(dataDir, 'run'), { recursive: true, mode: 0o700 });
  const us = identify(process.pid);
  for (let attempt = 0; ; attempt++) {
    try {
      writeFileSync(pidFile(dataDir), JSON.stringify(us), { flag: 'wx', mode: 0o600 });
      break;
    } catch (cause) {
      if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw cause;
      const pid = runningPid(dataDir);
      if (pid !== undefined || attempt > 0)
        throw new InterleaveError(
          'ALREADY_RUNNING',
          `${dataDir} is used by process ${pid ?? '(just started)'}: stop it with \`npx interleave down\`, or choose another --data-dir.`,
          { cause },
        );
      rmSync(pidFile(dataDir), { force: true });
    }
  }
}

function unusable(dataDir: string, cause: unknown): InterleaveError {
  if (codeOf(toDiskError(cause)) === 'DISK_FULL')
    return new InterleaveError('DISK_FULL', `Make room on the disk of ${dataDir}, then start again.`, {
      cause,
    });
  const reason = cause instanceof Error && 'code' in cause ? ` (${cause.code})` : '';
  return new InterleaveError(
    'CONFIG_INVALID',
    `The data folder ${dataDir} cannot be written${reason}: make it writable for this user, or choose another with --data-dir.`,
    { cause },
  );
}

/** The pid of the `up` that runs on this data folder. */
export function runningPid(dataDir: string): number | undefined {
  const identity = readJson(pidFile(dataDir), identitySchema);
  return identity !== undefined && isRunning(identity) ? identity.pid : undefined;
}

/** A reader sees the old file or the new one, never a half. */
export function writeInstance(dataDir: string, instance: Instance): void {
  const temporary = `${instanceFile(dataDir)}.tmp`;
  writeFileSync(temporary, JSON.stringify(instance, null, 2), { mode: 0o600 });
  renameSync(temporary, instanceFile(dataDir));
}

/** The system on this data folder, running or left behind. */
export function readInstance(dataDir: string): Instance | undefined {
  return readJson(instanceFile(dataDir), instanceSchema);
}

/** Stops what is left of a system whose `up` is gone; resolves to how many processes there were. */
export async function stopOrphans(dataDir: string, say: (line: string) => void): Promise<number> {
  const orphans = (readInstance(dataDir)?.children ?? []).filter(({ identity }) => isRunning(identity));
  if (orphans.length > 0) {
    say(`· Stopping what an earlier start left behind: ${orphans.map(({ name }) => name).join(', ')} …`);
    const groups = orphans.map(({ identity }) => identity.pid);
    for (const group of groups) signalGroup(group, 'SIGTERM');
    for (const deadline = Date.now() + ORPHAN_GRACE_MS; groups.some(groupExists); await sleep(50))
      if (Date.now() > deadline) for (const group of groups) signalGroup(group, 'SIGKILL');
  }
  rmSync(instanceFile(dataDir), { force: true });
  return orphans.length;
}

const ORPHAN_GRACE_MS = 15_000;

/** A file that was cut short by a crash counts as absent. */
function readJson<T>(file: string, schema: z.ZodType<T>): T | undefined {
  try {
    return schema.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data;
  } catch {
    return undefined;
  }
}
