/** A real table of chest reports, each row read by what the HL7 gateway decides with. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { completeMap, parseMapWords } from '../../../../cli/import/csv/column-map.ts';
import { CsvSource } from '../../../../cli/import/csv/csv-source.ts';
import { missing, sharedData } from '../../../../harness/shared-data.ts';
import { decide } from '../../../../services/hl7-gateway/accept-message.ts';
import { RULES } from '../../../services/hl7-gateway/gateway.ts';
import { parseCsv } from '../../../support/csv.ts';
import { bringAll } from '../bring-all.ts';

const MAP =
  'accession=accession_number,studiedAt=study_date,indication=indication,comparison=comparison,findings=findings,impression=impression';

test('every report with an accession number, a date and a text is accepted, whole and of its own year', {
  skip: missing('reports_iu_cxr_NC-ND'),
}, async () => {
  const file = sharedData('reports_iu_cxr_NC-ND', 'reports.csv');
  const rows = parseCsv(readFileSync(file, 'utf8'));
  const { messages, outcomes } = await bringAll(new CsvSource(file, completeMap(parseMapWords(MAP))));
  const refused = outcomes.filter(({ accepted }) => !accepted);
  assert.equal(messages.length + refused.length, rows.length);
  assert.ok(messages.length > 2_500, `${messages.length} messages`);
  for (const { item, message } of messages) {
    const row = rows[Number(/row (\d+)/.exec(item)?.[1]) - 1];
    const { verdict } = decide(message, RULES, Date.now(), new Map());
    assert.ok(row !== undefined && verdict.accept && 'events' in verdict, item);
    const [report] = verdict.events;
    assert.equal(report?.caseKey.value, row['accession_number'], item);
    assert.equal(
      new Date(report?.observedAt ?? 0).getUTCFullYear(),
      Number(row['study_date']?.slice(0, 4)),
      item,
    );
    for (const { section, text } of report?.parts ?? [])
      assert.equal(text, row[section?.toLowerCase() ?? '']?.trim(), item);
  }
  for (const { item } of refused) {
    const row = rows[Number(/row (\d+)/.exec(item)?.[1]) - 1] ?? {};
    const lacks = row['accession_number'] === '' || row['study_date'] === '';
    const empty = ['indication', 'comparison', 'findings', 'impression'].every(
      (name) => (row[name] ?? '').trim() === '',
    );
    assert.ok(lacks || empty, item);
  }
});
