import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/**
 * Which process a pid meant when it was written down. A pid alone is reused; with the moment of its start it is not. The
 * command line is no part of it: a script that ends in `exec java` (Elasticsearch's) has another one a second later.
 */
export interface ProcessIdentity {
  pid: number;
  /** Opaque: on Linux the boot and the clock ticks since, a date elsewhere. */
  started: string;
}

/** The process that has this pid now; `undefined` when there is none (or only its zombie). */
export function identify(pid: number): ProcessIdentity | undefined {
  return HAS_PROC ? identifyByProc(pid) : identifyByPs(pid);
}

/** Whether exactly this process still runs. */
export function isRunning(identity: ProcessIdentity): boolean {
  const now = identify(identity.pid);
  return now !== undefined && now.started === identity.started;
}

/** Whether a process of this group still runs. Zombies do not: in a container without an init nobody takes them away. */
export function groupExists(groupId: number): boolean {
  try {
    process.kill(-groupId, 0);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  return HAS_PROC ? livingMember(groupId) : true;
}

/** Signals every process of a group; one that is gone already is no error. */
export function signalGroup(groupId: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-groupId, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

const HAS_PROC = existsSync('/proc/self/stat');

function identifyByProc(pid: number): ProcessIdentity | undefined {
  const stat = statOf(pid);
  return stat === undefined ? undefined : { pid, started: `${bootId()} ${stat.started}` };
}

/** Another one after each start of the machine, when the ticks begin again. */
function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}

function livingMember(groupId: number): boolean {
  return readdirSync('/proc').some((name) => /^\d+$/.test(name) && statOf(Number(name))?.group === groupId);
}

/** proc(5): the fields after the command name in parentheses, which may itself hold blanks and parentheses. */
function statOf(pid: number): { group: number; started: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, , group] = fields;
    const started = fields[19];
    if (started === undefined || state === 'Z' || state === 'X') return undefined;
    return { group: Number(group), started };
  } catch {
    return undefined;
  }
}

function identifyByPs(pid: number): ProcessIdentity | undefined {
  const ps = spawnSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' });
  const match = /^\s*(\S+)\s+(\w+ +\w+ +\d+ +[\d:]+ +\d+)\s*$/m.exec(ps.stdout ?? '');
  if (match === null || match[1]?.startsWith('Z')) return undefined;
  return { pid, started: match[2] ?? '' };
}
