import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readReport } from '../../../../core/text/reading.ts';
import { chronicFindings } from '../../../../services/search/view/chronic-findings.ts';

describe('the findings of a case that are chronic', () => {
  const of = (text: string, status: 'FINAL' | 'CANCELLED' = 'FINAL') =>
    [...chronicFindings([{ status, findings: readReport([{ section: 'FINDINGS', text }]).findings }])].join(
      ', ',
    );

  it('are those that are called so', () => {
    assert.equal(of('Old healed fracture of the clavicle.'), 'fracture');
    assert.equal(of('Remote infarct in the left occipital lobe. No hemorrhage.'), 'infarct');
    assert.equal(of('Fracture of the clavicle.'), '');
    assert.equal(of('Acute on chronic subdural hematoma.'), '');
  });

  it('are no longer so where a new one stands beside', () => {
    assert.equal(of('Healed fracture of the clavicle. Acute fracture of the scapula.'), '');
  });

  it('are not those of a cancelled report', () => assert.equal(of('Healed fracture.', 'CANCELLED'), ''));
});
