import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until something holds; fails the test after a generous time, which is no measurement. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  timeoutMs = 60_000,
  what = 'the condition',
): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`${what} did not hold within ${timeoutMs} ms`);
    await sleep(50);
  }
}
