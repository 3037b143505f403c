import { setTimeout as sleep } from 'node:timers/promises';
import { InterleaveError } from '../../core/errors.ts';
import { ManagedProcess, type ProcessSpec } from '../process/managed-process.ts';
import { ENGINE_READY_MS } from './limits.ts';

/** How to run one engine and how to see that it answers. */
export interface Engine {
  spec: ProcessSpec;
  /** One attempt: whether the engine answers now. */
  answers(): Promise<boolean>;
  /** What is to be done each time when it has come to answer. */
  settled?(): Promise<void>;
}

/** Starts an engine and waits until it answers. Throws `ENGINE_START_FAILED` with its last words, and leaves nothing. */
export async function startEngine(engine: Engine, timeoutMs = ENGINE_READY_MS): Promise<ManagedProcess> {
  const child = new ManagedProcess(engine.spec);
  try {
    await untilAnswers(engine, child, timeoutMs);
    return child;
  } catch (error) {
    await child.stop(0);
    throw error;
  }
}

/** Resolves when the engine answers; throws when its process ends or the time is over. */
export async function untilAnswers(engine: Engine, child: ManagedProcess, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await engine.answers())) {
    if (!child.running) throw failed(engine, child, 'ended while it started');
    if (Date.now() > deadline) throw failed(engine, child, `did not answer within ${timeoutMs / 1000} s`);
    await Promise.race([sleep(200), child.exited]);
  }
  await engine.settled?.();
}

function failed(engine: Engine, child: ManagedProcess, what: string): InterleaveError {
  const words = child.lastLines(2).join(' / ') || 'it said nothing';
  return new InterleaveError(
    'ENGINE_START_FAILED',
    `${engine.spec.name} ${what}; its log is ${engine.spec.logFile} and ends: ${words}`,
  );
}
