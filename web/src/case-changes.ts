import type { CaseSummary, CaseView, ReportView } from './api.ts';
import { MAX_TOLD_FINDINGS } from './limits.ts';
import { nameOf, plural } from './words.ts';

/** What of an open case differs from how it stood there, in plain words; empty where nothing that is shown does. */
export function caseChanges(before: CaseView, after: CaseView): string[] {
  const told = [
    ...standingChanges(before, after),
    ...reportChanges(before.reports, after.reports),
    ...findingChanges(before, after),
    ...imageChanges(before, after),
    ...flagChanges(before, after),
    ...detailChanges(before, after),
  ];
  return told.length === 0 && seen(before) !== seen(after) ? ['details of it changed'] : told;
}

/** What of a case in a list differs. */
export function summaryChanges(before: CaseSummary, after: CaseSummary): string[] {
  const status = before.status === after.status ? [] : [statusChange(before.status, after.status)];
  const findings = findingChanges(before, after);
  const said = before.impression !== after.impression && status.length + findings.length === 0;
  return [
    ...standingChanges(before, after),
    ...status,
    ...(said ? ['what its report says changed'] : []),
    ...findings,
    ...imageCountChange(before.imageCount, after.imageCount),
    ...flagChanges(before, after),
    ...detailChanges(before, after),
  ];
}

/**
 * Each report as it stood before, null for one that came since. Reports have no name of their own here: one with a version
 * in common is the same. Where none has, Kafka numbers its records anew, and they are told by their places.
 */
export function earlierReports(
  after: readonly ReportView[],
  before: readonly ReportView[],
): (ReportView | null)[] {
  const earlier = after.map((report) => before.find((other) => haveVersionInCommon(report, other)) ?? null);
  if (after.length !== before.length || earlier.some((report) => report !== null)) return earlier;
  return [...before];
}

function haveVersionInCommon(one: ReportView, other: ReportView): boolean {
  const offsets = new Set(one.versions.map(({ receivedOffset }) => receivedOffset));
  return other.versions.some(({ receivedOffset }) => offsets.has(receivedOffset));
}

function reportChanges(before: readonly ReportView[], after: readonly ReportView[]): string[] {
  const earlierOnes = earlierReports(after, before);
  const gone = before.filter((report) => !earlierOnes.includes(report)).length;
  return [
    ...after.flatMap((report, place): string[] => {
      const earlier = earlierOnes[place] ?? null;
      if (earlier === null) return [`a report came (${nameOf(report.status).toLowerCase()})`];
      if (earlier.status !== report.status) return [statusChange(earlier.status, report.status)];
      const withdrawn = report.withdrawnLines - earlier.withdrawnLines;
      if (withdrawn > 0)
        return [`${plural(withdrawn, 'line')} of the report ${withdrawn === 1 ? 'was' : 'were'} withdrawn`];
      if (earlier.text !== report.text) return ['the text of the report changed'];
      return earlier.effectiveAt === report.effectiveAt ? [] : ['a new version of the report came'];
    }),
    ...(gone === 0 ? [] : [`${plural(gone, 'report')} ${gone === 1 ? 'is' : 'are'} no longer here`]),
  ];
}

function statusChange(before: ReportView['status'] | null, after: ReportView['status'] | null): string {
  if (after === null) return 'its report is no longer here';
  if (before === null) return `a report came (${nameOf(after).toLowerCase()})`;
  return STATUS_WORDS[after];
}

const STATUS_WORDS: Record<ReportView['status'], string> = {
  PRELIMINARY: 'the report is preliminary now',
  FINAL: 'the report is final now',
  CORRECTED: 'the report was corrected',
  ADDENDUM: 'the report has an addendum',
  CANCELLED: 'the report was cancelled',
};

function standingChanges(before: CaseSummary, after: CaseSummary): string[] {
  if (before.standing === after.standing) return [];
  if (after.standing === 'WITHDRAWN') return ['the case was withdrawn'];
  if (after.standing === 'RECONCILIATION') return ['the patients disagree, and its images are withheld'];
  if (before.standing === 'RECONCILIATION') return ['the patients no longer disagree'];
  if (before.standing === 'WITHDRAWN') return ['the case is no longer withdrawn'];
  return [];
}

function findingChanges(before: CaseSummary, after: CaseSummary): string[] {
  const [was, is] = [findingStates(before), findingStates(after)];
  const told = [...new Map([...was, ...is]).entries()].flatMap(([concept, { name }]): string[] => {
    const [old, now] = [was.get(concept)?.state, is.get(concept)?.state];
    if (old === now) return [];
    if (old === undefined) return [`${name}: now ${now}`];
    return [`${name}: was ${old}, now ${now ?? 'not mentioned'}`];
  });
  const more = told.length - MAX_TOLD_FINDINGS;
  return more > 0 ? [...told.slice(0, MAX_TOLD_FINDINGS), `${plural(more, 'more finding')} changed`] : told;
}

/** By concept how it is asserted, in words. */
function findingStates({ findings }: CaseSummary): Map<string, { name: string; state: string }> {
  const states = new Map<string, { name: string; state: string }>();
  for (const { concept, name } of findings.absent) states.set(concept, { name, state: 'absent' });
  for (const { concept, name } of findings.uncertain) states.set(concept, { name, state: 'uncertain' });
  for (const { concept, name, chronic } of findings.present)
    states.set(concept, { name, state: chronic ? 'present (chronic)' : 'present' });
  return states;
}

function imageChanges(before: CaseView, after: CaseView): string[] {
  const known = new Map(before.images.map((image) => [image.id, image]));
  const still = new Set(after.images.map(({ id }) => id));
  const added = after.images.filter(({ id }) => !known.has(id)).length;
  const removed = before.images.filter(({ id }) => !still.has(id)).length;
  const drawn = after.images.filter(({ id, thumbnail }) => {
    const earlier = known.get(id);
    return earlier !== undefined && earlier.thumbnail !== thumbnail;
  }).length;
  return [
    ...imageCountChange(0, added),
    ...imageCountChange(removed, 0),
    ...(drawn === 0 ? [] : [`the picture of ${plural(drawn, 'image')} changed`]),
  ];
}

function imageCountChange(before: number, after: number): string[] {
  if (after > before) return [`${plural(after - before, 'image')} came`];
  if (after === before) return [];
  return [`${plural(before - after, 'image')} ${before - after === 1 ? 'was' : 'were'} taken away`];
}

function flagChanges(before: CaseSummary, after: CaseSummary): string[] {
  const words = (lead: string, flags: readonly string[], known: readonly string[]) => {
    const told = flags.filter((flag) => !known.includes(flag)).map(nameOf);
    return told.length === 0 ? [] : [`${lead} “${told.join('”, “')}”`];
  };
  return [
    ...words('now flagged', after.flags, before.flags),
    ...words('no longer flagged', before.flags, after.flags),
  ];
}

function detailChanges(before: CaseSummary, after: CaseSummary): string[] {
  const differs = (of: (summary: CaseSummary) => unknown) =>
    JSON.stringify(of(before)) !== JSON.stringify(of(after));
  return DETAILS.flatMap(([name, of]) => (differs(of) ? [`${name} changed`] : []));
}

const DETAILS: readonly (readonly [string, (summary: CaseSummary) => unknown])[] = [
  ['the accession number', ({ accession }) => accession],
  ['the title', ({ title }) => title],
  ['the modality', ({ modality }) => modality],
  ['the body part', ({ bodyPart }) => bodyPart],
  ['the date', ({ studiedAt }) => studiedAt],
  ['the sex or age of the patient', ({ patient }) => patient],
  ['what is not read of the report', ({ unreadCount }) => unreadCount],
];

/** What stands on the page of a case; how often it was written does not. */
function seen({ tag: _, version: __, receivedAt: ___, firstReceivedAt: ____, ...shown }: CaseView): string {
  return JSON.stringify(shown);
}
