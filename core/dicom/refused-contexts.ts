import type { AnsweredContext, ProposedContext } from './presentation-context.ts';

/** What of a request for an association is not taken, for a log: UIDs of standards and of makers, not of objects. */
export interface RefusedContexts {
  /** SOP classes of which nothing is taken */
  sopClasses: string[];
  /** of SOP classes that are taken, those of which a proposal names no transfer syntax that is, and what it names */
  transferSyntaxes: { sopClass: string; proposed: string[] }[];
  /** more than these */
  more: number;
}

/** More than these in one list are only counted. */
export const MAX_SHOWN_CONTEXTS = 16;

/** What `negotiate` answered with a refusal (results 3 and 4 of PS3.8 Table 9-18), or null where it took everything. */
export function refusedContexts(
  proposed: readonly ProposedContext[],
  answered: readonly AnsweredContext[],
): RefusedContexts | null {
  const results = new Map(answered.map(({ id, result }) => [id, result]));
  const sopClasses = new Set<string>();
  const transferSyntaxes = new Map<string, { sopClass: string; proposed: string[] }>();
  for (const { id, abstractSyntax, transferSyntaxes: names } of proposed) {
    const result = results.get(id);
    if (result === 3) sopClasses.add(shownUid(abstractSyntax));
    if (result !== 4) continue;
    const one = {
      sopClass: shownUid(abstractSyntax),
      proposed: names.slice(0, MAX_SHOWN_CONTEXTS).map(shownUid),
    };
    transferSyntaxes.set(JSON.stringify(one), one);
  }
  const more =
    Math.max(0, sopClasses.size - MAX_SHOWN_CONTEXTS) +
    Math.max(0, transferSyntaxes.size - MAX_SHOWN_CONTEXTS);
  if (sopClasses.size + transferSyntaxes.size === 0) return null;
  return {
    sopClasses: [...sopClasses].slice(0, MAX_SHOWN_CONTEXTS),
    transferSyntaxes: [...transferSyntaxes.values()].slice(0, MAX_SHOWN_CONTEXTS),
    more,
  };
}

/** PS3.5 9.1: digits and dots, at most 64. What is none could be anything. */
function shownUid(uid: string): string {
  return /^[0-9.]{1,64}$/.test(uid) ? uid : '(no UID)';
}
