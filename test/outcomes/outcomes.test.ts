/**
 * Every file of the real data, over the wire to a running gateway: what becomes of each is what the committed table says.
 * After a change of the rules `npm run outcomes` writes the tables anew.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { missing } from '../../harness/shared-data.ts';
import { engines } from '../support/engines.ts';
import { dicomOutcomes } from './dicom-outcomes.ts';
import { DICOM_RULES } from './dicom-rules.ts';
import { hl7Outcomes } from './hl7-outcomes.ts';
import { HL7_RULES } from './hl7-rules.ts';
import type { Outcome } from './outcome.ts';
import { readTable, type TableName } from './outcome-table.ts';
import { type Rule, whyOf } from './rules.ts';
import { setFiles } from './set-files.ts';

const skip = missing('hl7_misc') || missing('hl7_radiology_scout') || missing('dicom');

describe('every real file', { skip }, () => {
  it('HL7: has the outcome of the table', async () => {
    const files = [...(await setFiles('hl7_misc')), ...(await setFiles('hl7_radiology_scout'))];
    await assertTable('hl7', await hl7Outcomes((await engines()).kafkaBrokers, files));
  });

  it('DICOM: has the outcome of the table', async () => {
    await assertTable('dicom', await dicomOutcomes((await engines()).kafkaBrokers, await setFiles('dicom')));
  });
});

describe('the committed tables', () => {
  const rules: Record<TableName, Rule[]> = { hl7: HL7_RULES, dicom: DICOM_RULES };
  for (const name of ['hl7', 'dicom'] as const) {
    it(`${name}: nothing crashed, hung, was cut off or lost, and every outcome is explained`, async () => {
      for (const outcome of await readTable(name)) {
        assert.equal(outcome.trouble, '', outcome.path);
        assert.ok(!outcome.kept.includes('LOST'), outcome.path);
        assert.notEqual(whyOf(outcome, rules[name]).length, 0, `${outcome.path} has no explanation`);
        // Only what was never sent may be kept nowhere.
        if (outcome.kept === 'nowhere') assert.match(outcome.answer, /^context refused/, outcome.path);
      }
    });
  }
});

async function assertTable(name: TableName, outcomes: readonly Outcome[]): Promise<void> {
  const committed = new Map((await readTable(name)).map((outcome) => [outcome.path, outcome]));
  const changed = outcomes.filter(
    (outcome) => JSON.stringify(untimed(outcome)) !== JSON.stringify(committed.get(outcome.path)),
  );
  const shown = changed
    .slice(0, 10)
    .map((now) => ({ was: committed.get(now.path) ?? 'not in the table', now }));
  assert.equal(
    changed.length,
    0,
    `${changed.length} outcomes differ; if they should, run npm run outcomes: ${JSON.stringify(shown, null, 1)}`,
  );
  assert.equal(committed.size, outcomes.length, 'files of the table are not there any more');
}

/** How long it took here and now is no promise; the command that writes the tables looks at it. */
function untimed(outcome: Outcome): Outcome {
  return outcome.trouble === 'OVER 1 s' ? { ...outcome, trouble: '' } : outcome;
}
