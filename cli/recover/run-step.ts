import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { extname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { InterleaveError, isErrorCode } from '../../core/errors.ts';
import { NODE_FLAGS } from '../../infra/process/node-flags.ts';
import { projectRoot } from '../../platform/process/project-root.ts';
import type { StepLine } from '../../platform/process/run-step.ts';

/**
 * Runs one step of a service in a process of its own, compiled or not as we are, and resolves with its result. Throws
 * what it failed with.
 */
export async function runStepOf(
  service: string,
  file: string,
  env: Record<string, string>,
  say: (progress: string) => void,
): Promise<unknown> {
  const extension = extname(import.meta.filename);
  const root =
    extension === '.ts'
      ? projectRoot()
      : process.env['INTERLEAVE_PROGRAM_DIR'] || join(projectRoot(), 'build');
  const script = join(root, 'services', service, `${file}${extension}`);
  const child = spawn(process.execPath, [...process.execArgv, ...(NODE_FLAGS[service] ?? []), script], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  let last: StepLine | null = null;
  for await (const line of createInterface({ input: child.stdout })) {
    last = JSON.parse(line) as StepLine;
    if ('progress' in last) say(last.progress);
  }
  await ended;
  if (last !== null && 'result' in last) return last.result;
  const { code, message } = last !== null && 'error' in last ? last.error : { code: 'INTERNAL', message: '' };
  throw new StepError(service, code, message);
}

/** With the sentence as the step said it. */
class StepError extends InterleaveError {
  constructor(service: string, code: string, message: string) {
    super(isErrorCode(code) ? code : 'INTERNAL');
    this.message = `${service}: ${message || 'it ended without a word'}`;
  }
}
