import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MAX_ACCESSIONS_PER_REPORT } from '../../../core/hl7/limits.ts';
import { reportsOf } from '../../../core/hl7/report.ts';
import { MSH, only, PID, parsed } from './messages.ts';

describe('accession and filler numbers', () => {
  const accessionsOf = (obr: string, options = {}, orc = 'ORC|RE'): string[] =>
    only(reportsOf(parsed(MSH, PID, orc, obr), options)).accessions.map(
      ({ value, assigningAuthority }) => value + (assigningAuthority && `@${assigningAuthority}`),
    );

  it('OBR-18, then OBR-3, then ORC-3', () => {
    assert.deepEqual(accessionsOf('OBR|1||F1^RIS|||||||||||||||A1001'), ['A1001']);
    assert.deepEqual(accessionsOf('OBR|1||F1^RIS'), ['F1@RIS']);
    assert.deepEqual(accessionsOf('OBR|1', {}, 'ORC|RE||O1^^1.2.3'), ['O1@1.2.3']);
    assert.deepEqual(accessionsOf('OBR|1'), []);
  });

  it('several in one OBR, each once', () => {
    assert.deepEqual(accessionsOf('OBR|1||F1|||||||||||||||A1001~A1002~A1001'), ['A1001', 'A1002']);
  });

  it('not more than the limit in one OBR', () => {
    const many = Array.from({ length: MAX_ACCESSIONS_PER_REPORT + 9 }, (_, n) => `A${1000 + n}`).join('~');
    assert.equal(accessionsOf(`OBR|1||F1|||||||||||||||${many}`).length, MAX_ACCESSIONS_PER_REPORT);
  });

  it('a body part in OBR-18 is no accession number', () => {
    assert.deepEqual(accessionsOf('OBR|1||7001|||||||||||||||CHEST|ROOM|GEXR5'), ['7001']);
    assert.deepEqual(accessionsOf('OBR|1||7001|||||||||||||||71010 CHEST 1V'), ['7001']);
  });

  it('paths can be configured, placeholders are refused', () => {
    assert.deepEqual(accessionsOf('OBR|1|P9^X|F1', { accessionPaths: ['OBR-2'] }), ['P9@X']);
    const accept = (value: string): boolean => value !== 'NONSENSE100';
    assert.deepEqual(accessionsOf('OBR|1||NONSENSE100', { accept }), []);
  });

  it('an observation that names it by its code can carry the accession number', () => {
    const message = parsed(
      MSH,
      PID,
      'OBR|1|P9|',
      'OBX|1|TX|&IMP||Accession: none.',
      'OBX|2|ST|11525-3^Accession^LN||A7788^NORTH',
      'ZDS|1.2.3^A9900',
    );
    const found = (accessionPaths: string[]): string[] =>
      only(reportsOf(message, { accessionPaths })).accessions.map(
        ({ value, assigningAuthority }) => value + (assigningAuthority && `@${assigningAuthority}`),
      );
    assert.deepEqual(found(['OBX(11525-3)-5']), ['A7788@NORTH']);
    assert.deepEqual(found(['OBX(Accession)-5']), ['A7788@NORTH']);
    assert.deepEqual(found(['OBX(other)-5']), []);
    assert.deepEqual(found(['ZDS-1.2']), ['A9900']);
    assert.throws(() => found(['OBR(11525-3)-5']), { code: 'CONFIG_INVALID' });
  });

  it('reports without any number do not replace each other', () => {
    const identity = (controlId: string) =>
      only(
        reportsOf(parsed(MSH.replace('|C1|', `|${controlId}|`), PID, 'OBR|1', 'OBX|1|TX|A||Text'), {
          fallbackIdentity: 'd',
        }),
      );
    assert.equal(identity('C1').identity.fillerNumber, 'message C1');
    assert.equal(identity('').identity.fillerNumber, 'message d');
    assert.equal(identity('C1').problem, 'HL7_REQUIRED_FIELD_MISSING');
  });

  it('without OBR-3 the accession number is the identity, so that a correction finds its report', () => {
    assert.equal(
      only(reportsOf(parsed(MSH, PID, 'OBR|1|||||||||||||||||A1001'))).identity.fillerNumber,
      'A1001',
    );
  });
});
