/** The department's own time: case 0 is ordered here, and every further case a few minutes later. UTC. */
export const DEPARTMENT_EPOCH = Date.UTC(2026, 0, 5, 6, 0, 0);

/** Minutes of department time from one case to the next. */
export const MINUTES_PER_CASE = 4;

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const DAY = 24 * 60 * MINUTE;

/** `YYYYMMDD` */
export function compactDate(time: number): string {
  return new Date(time).toISOString().slice(0, 10).replaceAll('-', '');
}

/** `HHMMSS` */
export function compactTime(time: number): string {
  return new Date(time).toISOString().slice(11, 19).replaceAll(':', '');
}

/** `YYYYMMDDHHMMSS`, as HL7 writes it (HL7 v2.5.1 2.A.22) */
export function hl7Timestamp(time: number): string {
  return compactDate(time) + compactTime(time);
}

/** `MM/DD/YYYY`, as reports write it */
export function spokenDate(time: number): string {
  const [year, month, day] = new Date(time).toISOString().slice(0, 10).split('-');
  return `${month}/${day}/${year}`;
}
