/**
 * HL7 time stamps (v2.5.1 2.A.77, TS and DTM): `YYYY[MM[DD[HH[MM[SS[.S[S[S[S]]]]]]]]][+/-ZZZZ]`.
 */

/**
 * Milliseconds since 1970, or null for what is no time. A stamp without a zone is local time at the sender: `zone` is an
 * IANA name (`Europe/Berlin`) or an offset (`+0100`). In the hour that a clock runs twice, the first is meant.
 */
export function parseTimestamp(value: string, zone: string): number | null {
  const match = STAMP.exec(value.trim());
  if (match === null) return null;
  const [, year, month = '01', day = '01', hour = '00', minute = '00', second = '00', fraction = '', offset] =
    match;
  const monthIndex = Number(month) - 1;
  const local = Date.UTC(
    Number(year),
    monthIndex,
    Number(day),
    Number(hour),
    Number(minute),
    Math.min(Number(second), 59),
    Number(fraction.slice(0, 3).padEnd(3, '0')),
  );
  const date = new Date(local);
  if (date.getUTCMonth() !== monthIndex || date.getUTCDate() !== Number(day)) return null;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return null;
  return local - offsetMinutes(offset ?? zone, local) * MINUTE_MS;
}

/** `YYYYMMDDHHMMSS+0000`, as our own messages carry it. */
export function formatTimestamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace(/[-T:]/g, '')}+0000`;
}

/** The zone at the end of a time stamp, e.g. of MSH-7, which holds for the whole message (2.5.1 2.15.9.7); '' if none. */
export function zoneOf(value: string): string {
  return STAMP.exec(value.trim())?.[8] ?? '';
}

/** True for an offset or a zone that this runtime knows. */
export function isTimeZone(zone: string): boolean {
  if (OFFSET.test(zone)) return true;
  try {
    formatter(zone);
    return true;
  } catch {
    return false;
  }
}

const STAMP = /^(\d{4})(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:\.(\d{1,6}))?)?)?)?)?)?([+-]\d{4})?$/;
const OFFSET = /^([+-])(\d\d)(\d\d)$/;
const MINUTE_MS = 60_000;

function offsetMinutes(zone: string, local: number): number {
  const fixed = OFFSET.exec(zone);
  if (fixed !== null) return (fixed[1] === '-' ? -1 : 1) * (Number(fixed[2]) * 60 + Number(fixed[3]));
  if (zone === 'UTC' || zone === '') return 0;
  // The offset at the instant that is meant is found from the one nearby; the earlier instant wins.
  const before = zoneOffset(zone, local - DAY_MS);
  return zoneOffset(zone, local - before * MINUTE_MS) === before
    ? before
    : zoneOffset(zone, local - zoneOffset(zone, local + DAY_MS) * MINUTE_MS);
}

const DAY_MS = 86_400_000;

function zoneOffset(zone: string, instant: number): number {
  const parts: Record<string, number> = {};
  for (const part of formatter(zone).formatToParts(instant)) parts[part.type] = Number(part.value);
  const local = Date.UTC(
    parts['year'] ?? 0,
    (parts['month'] ?? 1) - 1,
    parts['day'] ?? 1,
    parts['hour'] ?? 0,
    parts['minute'] ?? 0,
    parts['second'] ?? 0,
  );
  return Math.round((local - instant) / MINUTE_MS);
}

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(zone: string): Intl.DateTimeFormat {
  let found = formatters.get(zone);
  if (found === undefined) {
    found = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formatters.set(zone, found);
  }
  return found;
}
