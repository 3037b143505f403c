import { LONG_UNSEEN_MS } from './limits.ts';

/** When a change was seen: it happened after `since`, where that is known, and not later than `at`. Milliseconds. */
export interface When {
  since: number | null;
  at: number;
}

/** "at 10:15", or "between 10:02 and 10:15" where nobody looked for long. */
export function whenWords({ since, at }: When, now: number = Date.now()): string {
  return since !== null && at - since > LONG_UNSEEN_MS
    ? `between ${clock(since, now)} and ${clock(at, now)}`
    : `at ${clock(at, now)}`;
}

/** Local time to the minute; with the date where it is of another day. */
export function clock(at: number, now: number = Date.now()): string {
  const time = new Date(at);
  const sameDay = time.toDateString() === new Date(now).toDateString();
  const minute = time.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
  return sameDay ? minute : `${minute} on ${time.toLocaleDateString(undefined, { dateStyle: 'medium' })}`;
}
