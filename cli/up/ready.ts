import { setTimeout as sleep } from 'node:timers/promises';
import { type ErrorCode, InterleaveError } from '../../core/errors.ts';
import type { SupervisedProcess } from '../../infra/process/supervised-process.ts';
import { MAX_DEATHS_AT_START } from '../limits.ts';
import { whyEnded } from './why-ended.ts';

/** Asks `/readyz` until it says yes. Throws `SERVICE_NOT_READY` when the time is over, or when the service keeps dying. */
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
    if (answer.missing.includes(WENT_BACK)) throw wentBack(service, answer.missing);
    if (service.endedForGood) throw cannotRun(service);
    if (service.restarts >= MAX_DEATHS_AT_START) throw notReady(service, `it died ${service.restarts} times`);
    if (Date.now() > deadline) throw notReady(service, `not within ${timeoutMs / 1000} s: ${answer.missing}`);
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

/** Nothing mends it but a person: waiting would not help, and gateways should not take what nobody may write down. */
const WENT_BACK: ErrorCode = 'LOG_WENT_BACK';

function wentBack(service: SupervisedProcess, missing: string): InterleaveError {
  return new InterleaveError(WENT_BACK, `${service.name} says: ${missing}.`);
}

function notReady(service: SupervisedProcess, why: string): InterleaveError {
  const { logFile } = service.spec;
  const words = service.lastLines(1).join(' ').slice(0, SHOWN_CHARACTERS);
  return new InterleaveError(
    'SERVICE_NOT_READY',
    `${service.name} (${why}); its log is ${logFile} and ends: ${words || '(nothing)'}`,
  );
}

/** Restarting does not help: the one who reads it must act. */
function cannotRun(service: SupervisedProcess): InterleaveError {
  const why = whyEnded(service.lastLines(SHOWN_LINES));
  return new InterleaveError(
    'SERVICE_NOT_READY',
    `${service.name} cannot run: ${why}; its log is ${service.spec.logFile}`,
  );
}

const SHOWN_LINES = 5;
const SHOWN_CHARACTERS = 400;
