import { NOTICE } from '../../core/notice.ts';
import type { Finding } from '../../core/radiology/events.ts';
import type { LexiconData } from '../../core/text/lexicon-data.ts';
import type { TextReading } from '../../core/text/reading.ts';
import { isResult, reportLabels } from '../../core/text/report-labels.ts';
import { describeRule } from '../../core/text/rules.ts';
import { printable } from '../printable.ts';
import { paint, type Style } from './paint.ts';

/**
 * What was read in a report, for people: its text with every finding marked (`+` present, `−` absent, `?` uncertain, `·`
 * no result of this examination), then each finding with the words and rules that made it, then the report's labels, and
 * what this is not for.
 * `colour`: with the colours of a terminal; the marks stand in any case.
 */
export function explainReading(reading: TextReading, data: LexiconData, colour: boolean): string[] {
  const { text, findings, problem, implied, contradictions, unread } = reading;
  const nameOf = namesOf(data);
  const lines = [markedText(text, findings, colour), ''];
  for (const finding of findings)
    lines.push(findingLine(text, finding, nameOf, colour), ...reasons(text, finding, data));
  if (findings.length === 0) lines.push('No finding of the lexicon is named.');
  lines.push('', ...labelLines(findings, nameOf, colour));
  for (const { concept, assertion, by, rule } of implied)
    lines.push(
      `implied, in no table: ${nameOf(concept)} ${assertion.toLowerCase()}, by ${nameOf(by)} (${rule})`,
    );
  for (const { concept, first, second } of contradictions)
    lines.push(`contradiction: ${nameOf(concept)} at ${first} and at ${second} cannot both hold`);
  for (const { start, end } of unread)
    lines.push(
      `language not read: “${printable(text.slice(start, end)).replace(/\s+/g, ' ')}” (${start}–${end})`,
    );
  if (problem !== null) lines.push(`problem: ${problem}`);
  lines.push('', NOTICE);
  return lines;
}

/** The display name of a finding by its id. */
type NameOf = (concept: string) => string;

/** By the lexicon that read it: a site's own findings have their names there only. */
function namesOf({ findings: { findings } }: LexiconData): NameOf {
  const names = new Map(findings.map(({ id, name }) => [id, name]));
  return (concept) => names.get(concept) ?? concept;
}

interface Mark {
  start: number;
  end: number;
  style: Style;
  sign: string;
}

const SIGNS = { PRESENT: '+', ABSENT: '−', UNCERTAIN: '?' } as const;

function styleOf(finding: Finding): Style {
  if (!isResult(finding)) return 'aside';
  return finding.assertion === 'PRESENT'
    ? 'present'
    : finding.assertion === 'ABSENT'
      ? 'absent'
      : 'uncertain';
}

/** The text; marks that overlap an earlier one are left out, their findings are listed below. */
function markedText(text: string, findings: readonly Finding[], colour: boolean): string {
  const marks: Mark[] = findings
    .map((finding) => ({
      start: finding.start,
      end: finding.end,
      style: styleOf(finding),
      sign: isResult(finding) ? SIGNS[finding.assertion] : '·',
    }))
    .sort((a, b) => a.start - b.start);
  let at = 0;
  let shown = '';
  for (const { start, end, style, sign } of marks) {
    if (start < at) continue;
    shown +=
      printable(text.slice(at, start)) +
      paint(`[${sign}${printable(text.slice(start, end))}]`, style, colour);
    at = end;
  }
  return shown + printable(text.slice(at));
}

function findingLine(text: string, finding: Finding, nameOf: NameOf, colour: boolean): string {
  const sign = isResult(finding) ? SIGNS[finding.assertion] : '·';
  const words = printable(text.slice(finding.start, finding.end)).replace(/\s+/g, ' ');
  const said = paint(
    `${sign} ${nameOf(finding.concept)}: ${finding.assertion.toLowerCase()}`,
    styleOf(finding),
    colour,
  );
  return `${said}   “${words}” (${finding.start}–${finding.end}, ${finding.section})`;
}

/** What was read about a finding, each with the words that say so and the phrase of the rule. */
function reasons(text: string, finding: Finding, data: LexiconData): string[] {
  const aside = isResult(finding) ? [] : ['    no result of this examination'];
  return [
    `    rule ${ruleLine(finding.rule, data)}`,
    ...finding.attributes.map(({ kind, value, start, end, rule }) => {
      const words = printable(text.slice(start, end)).replace(/\s+/g, ' ');
      return `    ${said(kind, value)} because of “${words}”: rule ${ruleLine(rule, data)}`;
    }),
    ...aside,
  ];
}

/** An attribute in words; sizes are in mm, whichever unit the report used. */
function said(kind: Finding['attributes'][number]['kind'], value: string): string {
  return kind === 'SIZE' ? `size ${value.replaceAll('x', ' × ')} mm` : `${kind} ${value}`.toLowerCase();
}

function ruleLine(id: string, data: LexiconData): string {
  const phrase = describeRule(id, data);
  return phrase === null ? id : `${id} (${phrase})`;
}

function labelLines(findings: readonly Finding[], nameOf: NameOf, colour: boolean): string[] {
  const labels = [...reportLabels(findings)];
  if (labels.length === 0) return ['The report as a whole: no finding.'];
  const shown = labels.map(([concept, assertion]) =>
    paint(
      `${SIGNS[assertion]}${nameOf(concept)}`,
      assertion === 'PRESENT' ? 'present' : assertion === 'ABSENT' ? 'absent' : 'uncertain',
      colour,
    ),
  );
  return [`The report as a whole: ${shown.join(', ')}`];
}
