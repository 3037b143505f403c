import { setTimeout as sleep } from 'node:timers/promises';
import { InterleaveError } from '../../core/errors.ts';
import type { SupervisedProcess } from '../../infra/process/supervised-process.ts';

/** Asks `/readyz` until it says yes. Throws `SERVICE_NOT_READY` with what is missing when the time is over. */
export async function untilReady(
  service: SupervisedProcess,
  healthPort: number,
  timeoutMs: number,
  stopped: () => boolean,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await readiness(healthPort);
    if (answer.ready || stopped()) return;
    if (Date.now() > deadline) throw notReady(service, answer.missing, timeoutMs);
    await sleep(POLL_MS);
  }
}

/** What `/readyz` says: ready, or which checks are not. */
export async function readiness(
  healthPort: number,
  timeoutMs = 2_000,
): Promise<{ ready: boolean; missing: string }> {
  try {
    const response = await fetch(`http://127.0.0.1:${healthPort}/readyz`, {
      signal: AbortSignal.timeout(timeoutMs),
    });
    const body = (await response.json()) as { checks?: Record<string, { ok: boolean; detail: string }> };
    const missing = Object.entries(body.checks ?? {})
      .filter(([, check]) => !check.ok)
      .map(([name, { detail }]) => (detail === '' ? name : `${name}: ${detail}`));
    return { ready: response.ok, missing: missing.join(', ') };
  } catch {
    return { ready: false, missing: 'it does not answer' };
  }
}

const POLL_MS = 250;

function notReady(service: SupervisedProcess, missing: string, timeoutMs: number): InterleaveError {
  const { logFile } = service.spec;
  const words = service.current.lastLines(1).join(' ');
  return new InterleaveError(
    'SERVICE_NOT_READY',
    `${service.name} was not ready within ${timeoutMs / 1000} s (${missing}); its log is ${logFile} and ends: ${words}`,
  );
}
