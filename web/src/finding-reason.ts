import { hasResults } from '../../core/text/result-sections.ts';
import type { ReportFinding } from './api.ts';

/** How a finding of a report is shown: as a result in one of four ways, or as something said aside. */
export type FindingState = 'present' | 'uncertain' | 'absent' | 'normal' | 'aside';

/** What stands before a finding when the text is explained: the state must not be told by colour alone. */
export const STATE_SIGNS: Readonly<Record<FindingState, string>> = {
  present: '+',
  uncertain: '?',
  absent: '−',
  normal: '✓',
  aside: '·',
};

export const STATE_WORDS: Readonly<Record<FindingState, string>> = {
  present: 'present',
  uncertain: 'uncertain',
  absent: 'absent',
  normal: 'stated as normal',
  aside: 'no result of this examination',
};

/** `normal`: the concept states normality. */
export function findingState(finding: ReportFinding, normal: boolean): FindingState {
  const { assertion, time, subject, section, planned, reason } = finding;
  const result =
    time === 'CURRENT' && subject === 'PATIENT' && hasResults(section) && planned !== true && reason !== true;
  if (!result) return 'aside';
  if (normal && assertion === 'PRESENT') return 'normal';
  return assertion === 'PRESENT' ? 'present' : assertion === 'ABSENT' ? 'absent' : 'uncertain';
}

/** One thing that is said of a finding, with the rule that read it; '' where there is none to name. */
export interface Reason {
  words: string;
  rule: string;
}

/** Why a finding reads as it does, the most important first. */
export function findingReasons(finding: ReportFinding, text: string): Reason[] {
  const { cue, attributes = [], rule = '' } = finding;
  const said = attributes.map(({ kind, value, start, end, rule: by }) => ({
    words: `${ATTRIBUTE_WORDS[kind](value)} because of “${text.slice(start, end).replace(/\s+/g, ' ')}”`,
    rule: by,
  }));
  const certain = attributes.some(({ kind }) => kind === 'CERTAINTY');
  return [
    { words: `named by “${text.slice(finding.start, finding.end).replace(/\s+/g, ' ')}”`, rule },
    ...(cue === '' || certain
      ? []
      : [{ words: `${finding.assertion.toLowerCase()} because of “${cue}”`, rule: '' }]),
    ...said,
    ...aside(finding).map((words) => ({ words, rule: '' })),
  ];
}

/** Why it is no result, as far as no words of the text say so. */
function aside({ section, time, subject, attributes = [] }: ReportFinding): string[] {
  const says = (kind: string) => attributes.some((attribute) => attribute.kind === kind);
  return [
    hasResults(section) ? '' : `stands in ${section.toLowerCase()}`,
    time === 'HISTORICAL' && !says('TIME') ? 'historical' : '',
    subject === 'FAMILY' && !says('SUBJECT') ? 'of the family' : '',
  ].filter((words) => words !== '');
}

type Kind = NonNullable<ReportFinding['attributes']>[number]['kind'];

const plain = (value: string) => value.toLowerCase();

const ATTRIBUTE_WORDS: Readonly<Record<Kind, (value: string) => string>> = {
  CERTAINTY: plain,
  SUBJECT: (value) => (value === 'FAMILY' ? 'of the family' : plain(value)),
  TIME: plain,
  REASON: () => 'what the examination is to find out',
  CHANGE: plain,
  SEVERITY: plain,
  AGE: plain,
  LOOK: plain,
  LATERALITY: plain,
  LOCATION: (value) => `in the ${value}`,
  SIZE: (value) => `size ${value.replaceAll('x', ' × ')} mm`,
  QUANTITY: (value) => `number ${value}`,
};
