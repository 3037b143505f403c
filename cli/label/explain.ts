import type { Finding } from '../../core/radiology/events.ts';
import { conceptName } from '../../core/text/concepts.ts';
import type { TextReading } from '../../core/text/reading.ts';
import { isResult, reportLabels } from '../../core/text/report-labels.ts';
import { paint, type Style } from './paint.ts';

/**
 * What was read in a report, for people: its text with every finding marked (`+` present, `−` absent, `?` uncertain, `·`
 * no result of this examination), then each finding with the words and rules that made it, then the report's labels.
 * `colour`: with the colours of a terminal; the marks stand in any case.
 */
export function explainReading({ text, findings, problem }: TextReading, colour: boolean): string[] {
  const lines = [markedText(text, findings, colour), ''];
  for (const finding of findings) lines.push(...findingLines(text, finding, colour));
  if (findings.length === 0) lines.push('No finding of the lexicon is named.');
  lines.push('', ...labelLines(findings, colour));
  if (problem !== null) lines.push(`problem: ${problem}`);
  return lines;
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

function findingLines(text: string, finding: Finding, colour: boolean): string[] {
  const sign = isResult(finding) ? SIGNS[finding.assertion] : '·';
  const words = printable(text.slice(finding.start, finding.end)).replace(/\s+/g, ' ');
  const said = paint(
    `${sign} ${conceptName(finding.concept)}: ${finding.assertion.toLowerCase()}`,
    styleOf(finding),
    colour,
  );
  return [`${said}   “${words}” (${finding.start}–${finding.end}, ${finding.section})`, ...reasons(finding)];
}

function reasons(finding: Finding): string[] {
  const facts = [
    finding.cue === '' ? '' : `because of “${finding.cue.replace(/\s+/g, ' ')}”`,
    finding.subject === 'FAMILY' ? 'of the family' : '',
    finding.time === 'HISTORICAL' ? 'historical' : '',
    finding.laterality.toLowerCase(),
    finding.location,
  ].filter((fact) => fact !== '');
  return facts.length === 0 ? [] : [`    ${facts.join('; ')}`];
}

function labelLines(findings: readonly Finding[], colour: boolean): string[] {
  const labels = [...reportLabels(findings)];
  if (labels.length === 0) return ['The report as a whole: no finding.'];
  const shown = labels.map(([concept, assertion]) =>
    paint(
      `${SIGNS[assertion]}${conceptName(concept)}`,
      assertion === 'PRESENT' ? 'present' : assertion === 'ABSENT' ? 'absent' : 'uncertain',
      colour,
    ),
  );
  return [`The report as a whole: ${shown.join(', ')}`];
}

/** A report must not be able to steer the terminal: control characters but line breaks and tabs are shown as such. */
function printable(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '�');
}
