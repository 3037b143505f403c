/**
 * The rules by their ids. Every phrase of the lexicon is a rule: `finding/effusion/2` is the second term of the finding
 * `effusion`, `cue/absent-before/1` the first phrase of that cue. An id holds for one labeler's version (its hash).
 */
import type { Finding, FindingAttribute } from '../radiology/events.ts';
import type { HeadingName } from './background.ts';
import type { LexiconData } from './lexicon-data.ts';

/** How the ids of rules are made; `index` counts from 0, the id from 1. */
export const ruleId = {
  term: (finding: string, index: number): string => `finding/${finding}/${index + 1}`,
  hint: (finding: string, index: number): string => `finding/${finding}/hint-${index + 1}`,
  cue: (cue: string, index: number): string => `cue/${cue}/${index + 1}`,
  heading: (name: HeadingName, index: number): string =>
    `heading/${name}/${index + 1}`.toLowerCase().replaceAll('_', '-'),
  modifier: (kind: FindingAttribute['kind'], value: string, index: number): string =>
    `${kind}/${value}/${index + 1}`.toLowerCase().replaceAll(' ', '-'),
  /** what a statement of normality denies */
  denies: (finding: string, denied: string): string => `denies/${finding}/${denied}`,
  implies: (finding: string, implied: string): string => `implies/${finding}/${implied}`,
};

/** Rules that are code: what they do. */
export const CODE_RULES: Readonly<Record<string, string>> = {
  'size/measure': 'a number with a unit of length, or two or three with "x" between them',
  'quantity/number': 'a whole number right before a finding',
  'row/contested': 'a cell of a row denies, and a later one asserts',
  'again/before': 'stands for the finding named before it in the sentence',
};

/** All rules that made a finding, the phrase's first. */
export function rulesOf({ rule, attributes }: Finding): string[] {
  return [...new Set([rule, ...attributes.map((attribute) => attribute.rule)])];
}

/** What a rule says, for people: its phrase, or what it does; null where the lexicon has no such rule. */
export function describeRule(id: string, data: LexiconData): string | null {
  let rules = DESCRIBED.get(data);
  if (rules === undefined) {
    rules = describeAll(data);
    DESCRIBED.set(data, rules);
  }
  return rules.get(id) ?? null;
}

const DESCRIBED = new WeakMap<LexiconData, ReadonlyMap<string, string>>();

function describeAll({ findings, cues, sections, anatomy, attributes }: LexiconData): Map<string, string> {
  const rules = new Map<string, string>(Object.entries(CODE_RULES));
  const add = (phrases: readonly string[], idOf: (index: number) => string) => {
    for (const [index, phrase] of phrases.entries()) rules.set(idOf(index), phrase);
  };
  for (const { id, terms, hints, denies, implies } of findings.findings) {
    add(terms, (index) => ruleId.term(id, index));
    add(hints ?? [], (index) => ruleId.hint(id, index));
    for (const denied of denies ?? []) rules.set(ruleId.denies(id, denied), `${id} denies ${denied}`);
    for (const implied of implies ?? []) rules.set(ruleId.implies(id, implied), `${id} implies ${implied}`);
  }
  for (const { id, phrases } of cues.cues) add(phrases, (index) => ruleId.cue(id, index));
  for (const [name, phrases] of Object.entries(sections) as [HeadingName, readonly string[]][])
    add(phrases, (index) => ruleId.heading(name, index));
  const modifiers = [
    ['LATERALITY', anatomy.laterality],
    ['LOCATION', anatomy.locations],
    ['CHANGE', attributes.change],
    ['SEVERITY', attributes.severity],
    ['AGE', attributes.age],
    ['LOOK', attributes.look],
    ['QUANTITY', attributes.quantity],
  ] as const;
  for (const [kind, lists] of modifiers)
    for (const [value, phrases] of Object.entries(lists) as [string, readonly string[]][])
      add(phrases, (index) => ruleId.modifier(kind, value, index));
  return rules;
}
