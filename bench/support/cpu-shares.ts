import { readdirSync, readFileSync } from 'node:fs';
import type { Instance } from '../../cli/up/instance.ts';
import { cpuSeconds, machineCpuSeconds } from './cpu-time.ts';

/** Who used the processors: seconds of processor time in a second, by the name of the process. */
export type CpuShares = Map<string, number>;

/**
 * Starts to count. Gives the shares since then, largest first, each process with those that it started; `bench` is this
 * process, which sends, and `rest` what is none of ours.
 */
export function cpuShares(instance: Instance): () => CpuShares {
  const processes = [
    ...instance.children.map(({ name, identity }) => ({ name, pids: withDescendants(identity.pid) })),
    { name: 'bench', pids: [process.pid] },
  ];
  const read = () => processes.map(({ pids }) => pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0));
  const startedAt = performance.now();
  const [before, allBefore] = [read(), machineCpuSeconds()];
  return () => {
    const seconds = (performance.now() - startedAt) / 1000;
    const used = read().map((now, i) => (now - (before[i] ?? 0)) / seconds);
    const all = (machineCpuSeconds() - allBefore) / seconds;
    const shares = processes.map(({ name }, i) => [name, used[i] ?? 0] as const);
    const rest = Math.max(0, all - used.reduce((sum, one) => sum + one, 0));
    return new Map([...shares, ['rest', rest] as const].sort(([, a], [, b]) => b - a));
  };
}

/** In words, with the processors that are used in all. */
export function describeShares(shares: CpuShares): string {
  const all = [...shares.values()].reduce((sum, one) => sum + one, 0);
  const each = [...shares].filter(([, share]) => share >= 0.005);
  return `${all.toFixed(2)} processors: ${each.map(([name, share]) => `${name} ${share.toFixed(2)}`).join(', ')}`;
}

/** A process and all that it started, directly or not: Elasticsearch is the grandchild of its launcher. */
function withDescendants(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const parent = parentOf(Number(entry));
    if (parent !== null) children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
  }
  const all = [pid];
  // The list grows while it is gone through.
  for (const one of all) all.push(...(children.get(one) ?? []));
  return all;
}

/** The fourth field of proc_pid_stat(5); null for one that has ended meanwhile. */
function parentOf(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return null;
  }
}
