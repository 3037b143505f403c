import { isResult } from '../text/result-sections.ts';
import type { Assertion, ReportLabeled, VersionFinding, VersionFindings } from './events.ts';
import { MAX_VERSION_FINDINGS_BYTES } from './limits.ts';
import { compareText } from './total-order.ts';

/**
 * What is remembered of the findings of a version of a report after another has followed: its results, each concept once
 * with each assertion and side. Those that are present come first, so that a limit leaves out denials. Null for a version
 * that could not be read.
 */
export function versionFindings({ reading, readAt }: ReportLabeled): VersionFindings | null {
  const distinct = new Map<string, VersionFinding>();
  for (const finding of reading.findings) {
    if (!isResult(finding)) continue;
    const { concept, assertion, laterality, kind } = finding;
    distinct.set(`${concept} ${assertion} ${laterality}`, { concept, assertion, laterality, kind });
  }
  if (distinct.size === 0 && reading.problem !== null) return null;
  const sorted = [...distinct.values()].sort(
    (a, b) =>
      ORDER.indexOf(a.assertion) - ORDER.indexOf(b.assertion) ||
      compareText(a.concept, b.concept) ||
      compareText(a.laterality, b.laterality),
  );
  const results: VersionFinding[] = [];
  let bytes = 0;
  for (const one of sorted) {
    bytes += bytesOf(one);
    if (bytes > MAX_VERSION_FINDINGS_BYTES) break;
    results.push(one);
  }
  return { labelerGeneration: reading.labeler.generation, readAt, results };
}

const ORDER: readonly Assertion[] = ['PRESENT', 'UNCERTAIN', 'ABSENT'];

/** Two lengths and two enums beside the texts, in Avro. */
function bytesOf({ concept, laterality }: VersionFinding): number {
  return Buffer.byteLength(concept, 'utf8') + laterality.length + 5;
}
