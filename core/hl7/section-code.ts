import type { SectionName } from '../radiology/events.ts';

/**
 * The section that an observation identifier names, or null. Known are the suffixes of HL7 v2.3 7.3.2.4 (`&IMP`,
 * `&GDT`, …), LOINC codes of radiology report sections, and the sections' names in words.
 */
export function sectionOf(identifier: { code: string; suffix: string; text: string }): SectionName | null {
  return (
    SUFFIXES.get(identifier.suffix.toUpperCase()) ??
    LOINC.get(identifier.code) ??
    SUFFIXES.get(identifier.code.toUpperCase()) ??
    inWords(identifier.text) ??
    inWords(identifier.code)
  );
}

const SUFFIXES: ReadonlyMap<string, SectionName> = new Map([
  ['IMP', 'IMPRESSION'],
  ['GDT', 'FINDINGS'],
  ['MDT', 'FINDINGS'],
  ['ADT', 'ADDENDUM'],
  ['CNP', 'TECHNIQUE'],
  ['MED', 'TECHNIQUE'],
  ['DEV', 'TECHNIQUE'],
  ['RSN', 'INDICATION'],
  ['REC', 'OTHER'],
  ['TCM', 'OTHER'],
  ['OTH', 'OTHER'],
]);

const LOINC: ReadonlyMap<string, SectionName> = new Map([
  ['18782-3', 'FINDINGS'],
  ['59776-5', 'FINDINGS'],
  ['19005-8', 'IMPRESSION'],
  ['18785-6', 'INDICATION'],
  ['11329-0', 'INDICATION'],
  ['18834-2', 'COMPARISON'],
  ['55111-9', 'TECHNIQUE'],
  ['55107-7', 'ADDENDUM'],
  ['18783-1', 'OTHER'],
]);

const WORDS: [RegExp, SectionName][] = [
  [/\bimpression\b|\bconclusion\b/i, 'IMPRESSION'],
  [/\bfindings?\b/i, 'FINDINGS'],
  [/\bindication\b|\bclinical (?:history|information)\b|\breason for (?:exam|study)/i, 'INDICATION'],
  [/\bcomparison\b/i, 'COMPARISON'],
  [/\btechnique\b/i, 'TECHNIQUE'],
  [/\baddend(?:um|a)\b/i, 'ADDENDUM'],
];

function inWords(text: string): SectionName | null {
  return WORDS.find(([pattern]) => pattern.test(text))?.[1] ?? null;
}
