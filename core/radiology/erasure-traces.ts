import { createHmac } from 'node:crypto';
import type { Case } from './events.ts';

/** One thing that a case holds and that may be sent again. */
export type ErasedThing = { report: { facility: string; fillerNumber: string } } | { sopInstanceUid: string };

/**
 * What an erasure leaves of a report or an object: a hash with the site's secret, from which nobody without it can tell, or
 * try out, what it was made of. What comes again is known by it, under whatever accession number. The accession number's
 * own trace is the id of the case.
 */
export function erasureTrace(secret: Buffer, thing: ErasedThing): string {
  const parts =
    'report' in thing
      ? ['erased report', thing.report.facility, thing.report.fillerNumber]
      : ['erased object', thing.sopInstanceUid];
  return createHmac('sha256', secret).update(JSON.stringify(parts), 'utf8').digest('hex').slice(0, 32);
}

/** The traces of all that a case holds, each once, in order: one state always gives the same. */
export function erasureTraces(secret: Buffer, { reports, images }: Case): string[] {
  const things: ErasedThing[] = [
    ...reports.map(({ latest }) => ({ report: latest.received.identity })),
    ...images.map(({ received }) => ({ sopInstanceUid: received.sopInstanceUid })),
  ];
  return [...new Set(things.map((thing) => erasureTrace(secret, thing)))].sort();
}

/** Whether a case holds it: what a case goes on to hold is not lost to it because another case was erased. */
export function holdsThing(state: Case | null, thing: ErasedThing): boolean {
  if (state === null) return false;
  if ('sopInstanceUid' in thing)
    return state.images.some(({ received }) => received.sopInstanceUid === thing.sopInstanceUid);
  const { facility, fillerNumber } = thing.report;
  return state.reports.some(
    ({ latest: { received } }) =>
      received.identity.facility === facility && received.identity.fillerNumber === fillerNumber,
  );
}
