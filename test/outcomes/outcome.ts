/** A message over the wire takes no longer than this, answer included. */
export const SLOW_MS = 1_000;

/** What became of one file. Codes, counts and file names; nothing of its content. */
export interface Outcome {
  /** set and path within it */
  path: string;
  /** what the sender was told: `AA`, `AR HL7_TYPE_UNSUPPORTED`, `0000`, `C000 …`; several with their counts */
  answer: string;
  /** `case`, `dead letter`, both, or `nowhere` */
  kept: string;
  /** the events it became, by kind, with their counts */
  became: string;
  /** codes of its dead letters */
  codes: string;
  /** `CRASHED`, `OVER 1 s`, `CUT OFF`, or nothing */
  trouble: string;
}

/** `AA ×3; AR HL7_NO_MSH`, in an order of its own: events of several partitions come in any. */
export function counted(items: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return [...counts]
    .sort()
    .map(([item, count]) => (count === 1 ? item : `${item} ×${count}`))
    .join('; ');
}
