import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Finding } from '../../../../core/radiology/events.ts';
import { CONCEPTS } from '../../../../core/site-lexicon/concepts.ts';
import { readReport } from '../../../../core/text/reading.ts';
import {
  ACUTE_FINDINGS,
  reportContradictions,
} from '../../../../services/search/view/report-contradictions.ts';

describe('what a report says that cannot both hold', () => {
  const findings = (text: string) => readReport([{ section: null, text }]).findings;
  const of = (text: string) =>
    reportContradictions(findings(text)).map(({ kind, concept }) => `${kind} ${concept}`);

  it('a finding that an addendum asserts and the findings deny', () => {
    const text =
      'FINDINGS: No pneumothorax. The lungs are clear.\n\nADDENDUM: There is a small left apical pneumothorax.';
    assert.deepEqual(of(text), ['PRESENT_AND_ABSENT pneumothorax']);
    const [told] = reportContradictions(findings(text));
    assert.equal(text.slice(told?.first, (told?.first ?? 0) + 12), 'pneumothorax');
    assert.equal(text.slice(told?.second, (told?.second ?? 0) + 12), 'pneumothorax');
  });

  it('no acute abnormality beside what is acute, each once', () => {
    assert.deepEqual(
      of(
        'FINDINGS: Large right pneumothorax. Right pneumothorax with shift. IMPRESSION: No acute cardiopulmonary abnormality.',
      ),
      ['BESIDE_NORMALITY pneumothorax'],
    );
  });

  it('not what is chronic, unchanged, possible or on the other side', () => {
    for (const text of [
      'FINDINGS: Cardiomegaly and scoliosis. IMPRESSION: No acute cardiopulmonary abnormality.',
      'FINDINGS: Stable right pneumothorax. IMPRESSION: No acute cardiopulmonary abnormality.',
      'FINDINGS: Possible pneumonia. IMPRESSION: No acute cardiopulmonary abnormality.',
      'FINDINGS: No left effusion. Small right effusion.',
      'FINDINGS: No pneumothorax. IMPRESSION: No acute cardiopulmonary abnormality.',
      '',
    ])
      assert.deepEqual(of(text), [], text);
  });

  it('is told of a document that was indexed before findings had a change or a size', () => {
    const old = findings('FINDINGS: No pneumothorax. Large pneumothorax.').map(
      ({ change: _, sizesMm: __, severity: ___, ...finding }) => finding as Finding,
    );
    assert.equal(reportContradictions(old).length, 1);
  });

  it('names findings of the lexicon', () => {
    const known = new Set(CONCEPTS.map(({ id }) => id));
    assert.deepEqual(
      [...ACUTE_FINDINGS].filter((concept) => !known.has(concept)),
      [],
    );
  });
});
