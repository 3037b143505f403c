import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError } from './api.ts';
import { OLD_AFTER_MS, POLL_MS, POLL_TIMEOUT_MS } from './limits.ts';

/** How well the page knows that what it shows is so. */
export interface Freshness {
  /** when what is shown was last known to be so; null before the first answer */
  checkedAt: number | null;
  /** that is too long ago */
  old: boolean;
  /** why the last check failed */
  error: ApiError | null;
  checkNow(): void;
}

/**
 * Calls `check` every few seconds while the page can be seen, and at once when it is seen again or the network is back,
 * also after the machine slept. `check` throws where it cannot tell. The function may be another at each rendering.
 */
export function usePolling(check: (signal: AbortSignal) => Promise<void>): Freshness {
  const [state, setState] = useState<Omit<Freshness, 'checkNow'>>({
    checkedAt: null,
    old: false,
    error: null,
  });
  const latest = useRef(check);
  latest.current = check;
  const now = useRef<() => void>(() => undefined);
  useEffect(() => {
    const poll = poller((signal) => latest.current(signal), setState);
    now.current = poll.checkNow;
    return poll.stop;
  }, []);
  return { ...state, checkNow: () => now.current() };
}

type SetState = (change: (before: Omit<Freshness, 'checkNow'>) => Omit<Freshness, 'checkNow'>) => void;

function poller(check: (signal: AbortSignal) => Promise<void>, setState: SetState) {
  const beganAt = Date.now();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: AbortController | null = null;
  let lookedAt = 0;

  const look = async () => {
    clearTimeout(timer);
    running?.abort();
    const controller = new AbortController();
    running = controller;
    const startedAt = Date.now();
    lookedAt = startedAt;
    const timeout = setTimeout(() => controller.abort(), POLL_TIMEOUT_MS);
    const failure = await check(controller.signal).then(
      () => null,
      (error: unknown) =>
        error instanceof ApiError
          ? error
          : new ApiError('UNREACHABLE', 'The search service does not answer.'),
    );
    clearTimeout(timeout);
    // Another look has begun, or the page is gone.
    if (running !== controller) return;
    running = null;
    setState((before) =>
      failure === null
        ? { checkedAt: startedAt, old: false, error: null }
        : { ...before, error: failure, old: isOld(before.checkedAt ?? beganAt) },
    );
    timer = setTimeout(lookIfVisible, POLL_MS);
  };
  const lookIfVisible = () => {
    if (document.visibilityState === 'visible') void look();
  };
  // Before the answer comes, what is shown is marked where it may be old.
  const age = () =>
    setState((before) => {
      const old = isOld(before.checkedAt ?? beganAt);
      return old === before.old ? before : { ...before, old };
    });
  const seenAgain = () => {
    age();
    if (running === null || Date.now() - lookedAt > JUST_NOW_MS) lookIfVisible();
  };
  const clock = setInterval(age, 1_000);
  for (const [target, event] of EVENTS()) target.addEventListener(event, seenAgain);
  void look();
  return {
    checkNow: () => void look(),
    stop() {
      clearTimeout(timer);
      clearInterval(clock);
      for (const [target, event] of EVENTS()) target.removeEventListener(event, seenAgain);
      running?.abort();
      running = null;
    },
  };
}

/** A look that began so lately is not begun again. */
const JUST_NOW_MS = 1_000;

const EVENTS = (): [EventTarget, string][] => [
  [document, 'visibilitychange'],
  [window, 'online'],
  [window, 'pageshow'],
];

function isOld(checkedAt: number): boolean {
  return Date.now() - checkedAt > OLD_AFTER_MS;
}
