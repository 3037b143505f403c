import assert from 'node:assert/strict';
import { isUtf8 } from 'node:buffer';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { messagesIn } from '../../../clients/hl7-files.ts';
import { InterleaveError } from '../../../core/errors.ts';
import { splitBatch } from '../../../core/hl7/batch.ts';
import { parseMessage, serialise } from '../../../core/hl7/message.ts';
import { type Report, reportsOf } from '../../../core/hl7/report.ts';
import { DEFAULT_SITE, normaliseAccession } from '../../../core/radiology/case-key.ts';
import { projectRoot } from '../../../platform/process/project-root.ts';

const shared = process.env['INTERLEAVE_SHARED'] ?? join(projectRoot(), '..', 'shared');
const scout = join(shared, 'data', 'hl7_radiology_scout');
const misc = join(shared, 'data', 'hl7_misc');
const skip = existsSync(scout) && existsSync(misc) ? false : `no shared data at ${shared}`;

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/README|manifest\.csv/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** The reports of a message, or the code of the error. */
function readReports(bytes: Buffer): Report[] | string {
  try {
    const message = parseMessage(bytes);
    assert.deepEqual(serialise(message), bytes);
    return reportsOf(message, { accept: (value) => normaliseAccession(DEFAULT_SITE, value) !== '' });
  } catch (error) {
    if (error instanceof InterleaveError) return error.code;
    throw error;
  }
}

describe('real messages', { skip }, () => {
  it('all blocks of the radiology feed are read, except the two that are no messages', () => {
    const blocks = filesBelow(scout)
      .filter((file) => file.endsWith('.log'))
      .flatMap((file) => messagesIn(readFileSync(file)));
    assert.equal(blocks.length, 678);
    const results = blocks.map(readReports);
    const errors = results.filter((result) => typeof result === 'string');
    assert.ok(
      errors.length <= 2 &&
        errors.every((code) => code === 'HL7_NO_MSH' || code === 'HL7_REQUIRED_FIELD_MISSING'),
      errors.join(),
    );
    const reports = results.filter((result) => typeof result !== 'string').flat();
    assert.equal(reports.length, 676);
    // 41 messages have no OBX at all.
    assert.equal(reports.filter((report) => report.problem === 'HL7_NO_REPORT_TEXT').length, 41);
    assert.equal(reports.filter((report) => report.effectiveAt === null).length, 0);
    assert.equal(
      reports.filter((report) => /^A?\d{10}$/.test(report.accessions[0]?.value ?? '')).length,
      646,
    );
    assert.equal(reports.filter((report) => report.studyInstanceUids.length === 1).length, 321);
    assert.equal(reports.filter((report) => report.patient.identifier === '').length, 0);
  });

  it('the text of a report holds every character of its OBX segments', () => {
    const squeeze = (text: string): string => text.replace(/\s/g, '');
    for (const file of filesBelow(scout))
      for (const block of file.endsWith('.log') ? messagesIn(readFileSync(file)) : []) {
        const result = readReports(block);
        if (typeof result === 'string') continue;
        const raw = block
          .toString(isUtf8(block) ? 'utf8' : 'latin1')
          .split(/[\r\n]+/)
          .map((line) => line.split('|'))
          .filter(([name, , type]) => name === 'OBX' && /^(TX|FT|ST)$/.test(type ?? ''))
          .map((fields) => fields[5] ?? '')
          .join('')
          .replaceAll('~', '');
        assert.equal(squeeze(result.flatMap((r) => r.parts.map((part) => part.text)).join('')), squeeze(raw));
      }
  });

  it('all other messages, fuzz inputs among them, are read or refused with a code', () => {
    const counts: Record<string, number> = {};
    for (const file of filesBelow(misc))
      for (const message of splitBatch(readFileSync(file))) {
        const result = readReports(message);
        const key = typeof result === 'string' ? result : 'read';
        counts[key] = (counts[key] ?? 0) + 1;
      }
    assert.ok((counts['read'] ?? 0) > 250, JSON.stringify(counts));
    for (const code of Object.keys(counts))
      assert.ok(['read', 'HL7_NO_MSH', 'HL7_UNREADABLE', 'HL7_REQUIRED_FIELD_MISSING'].includes(code), code);
  });
});
