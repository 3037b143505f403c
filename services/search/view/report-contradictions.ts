import type { Finding } from '../../../core/radiology/events.ts';
import { readContradictions } from '../../../core/text/contradictions.ts';
import { isResult } from '../../../core/text/report-labels.ts';
import type { ContradictionView } from '../../../schemas/api/answers.ts';
import { named } from '../query/named-concept.ts';

/**
 * What a report says that cannot both hold: a finding present and absent at one place, or "no acute abnormality" beside
 * one that is acute. Labels and chips can show only one side of it; whoever reads them is told to read the report.
 */
export function reportContradictions(stored: readonly Finding[]): ContradictionView[] {
  // Documents that were indexed before these fields were there lack them.
  const findings = stored.map((finding) => ({
    ...finding,
    change: finding.change ?? '',
    severity: finding.severity ?? '',
    sizesMm: finding.sizesMm ?? [],
    attributes: finding.attributes ?? [],
  }));
  const normal = findings.find(
    (finding) => NORMAL_STUDIES.has(finding.concept) && finding.assertion === 'PRESENT' && isResult(finding),
  );
  const acute = normal === undefined ? [] : firstOfEach(findings.filter(isAcute));
  return [
    ...readContradictions(findings).map(
      ({ concept, first, second }): ContradictionView => ({
        kind: 'PRESENT_AND_ABSENT',
        ...named(concept),
        beside: null,
        first,
        second,
      }),
    ),
    ...acute.map((finding): ContradictionView => {
      const [first = 0, second = 0] = [finding.start, normal?.start ?? 0].sort((a, b) => a - b);
      return {
        kind: 'BESIDE_NORMALITY',
        ...named(finding.concept),
        beside: named(normal?.concept ?? ''),
        first,
        second,
      };
    }),
  ];
}

const NORMAL_STUDIES: ReadonlySet<string> = new Set(['normal-study', 'no-acute-abnormality']);

/** Chronic findings stand beside "no acute abnormality" in many a report, rightly; these never do. */
export const ACUTE_FINDINGS: ReadonlySet<string> = new Set([
  'abscess',
  'aortic-dissection',
  'appendicitis',
  'bowel-obstruction',
  'cholecystitis',
  'consolidation',
  'dislocation',
  'diverticulitis',
  'edema',
  'empyema',
  'hemothorax',
  'intracranial-hemorrhage',
  'midline-shift',
  'osteomyelitis',
  'pancreatitis',
  'pneumomediastinum',
  'pneumonia',
  'pneumoperitoneum',
  'pneumothorax',
  'pulmonary-embolism',
  'subarachnoid-hemorrhage',
]);

/** What has not changed since the last examination is not acute. */
function isAcute(finding: Finding): boolean {
  return (
    ACUTE_FINDINGS.has(finding.concept) &&
    finding.assertion === 'PRESENT' &&
    finding.change !== 'STABLE' &&
    isResult(finding)
  );
}

function firstOfEach(findings: readonly Finding[]): Finding[] {
  return findings.filter(
    (finding, position) => findings.findIndex(({ concept }) => concept === finding.concept) === position,
  );
}
