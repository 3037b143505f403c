import type { ReportPart } from '../../core/radiology/events.ts';
import type { Lexicon } from '../../core/text/lexicon.ts';
import { readReport } from '../../core/text/reading.ts';
import { explainLabels } from '../../core/text/report-labels.ts';

/**
 * The columns of the long form: one line for each report and concept that it names as a result. Several values of one cell
 * are parted by blanks. `sections` to `rules` are of the findings that decided the assertion; of sizes (mm) the largest.
 * `contradicted`: 1 where other sentences of the report say what cannot hold beside it.
 */
export const LONG_COLUMNS = [
  'report_id',
  'concept',
  'name',
  'group',
  'assertion',
  'sections',
  'laterality',
  'location',
  'change',
  'severity',
  'size_mm',
  'contradicted',
  'rules',
] as const;

/** The lines of one report, by concept; none where no finding is named. */
export function longLines(lexicon: Lexicon): (id: string, parts: readonly ReportPart[]) => string[][] {
  const entries = new Map(lexicon.data.findings.findings.map((entry) => [entry.id, entry]));
  return (id, parts) =>
    explainLabels(readReport(parts, lexicon).findings)
      .sort((a, b) => (a.concept < b.concept ? -1 : 1))
      .map(({ concept, assertion, findings, rules, contradicted }) => {
        const sizes = findings.flatMap(({ sizesMm }) => sizesMm);
        return [
          id,
          concept,
          entries.get(concept)?.name ?? concept,
          entries.get(concept)?.group ?? '',
          assertion,
          values(findings.map(({ section }) => section)),
          values(findings.map(({ laterality }) => laterality)),
          values(findings.map(({ location }) => location.replaceAll(' ', '-'))),
          values(findings.map(({ change }) => change)),
          values(findings.map(({ severity }) => severity)),
          sizes.length === 0 ? '' : String(Math.max(...sizes)),
          contradicted ? '1' : '0',
          values(rules),
        ];
      });
}

/** Each once, in the order of the text. */
function values(all: readonly string[]): string {
  return [...new Set(all.filter((value) => value !== ''))].join(' ');
}
