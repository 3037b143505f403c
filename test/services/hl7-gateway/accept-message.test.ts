import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ERRORS } from '../../../core/errors.ts';
import { buildAcknowledgement, parseAcknowledgement } from '../../../core/hl7/acknowledgement.ts';
import { type Decision, decide } from '../../../services/hl7-gateway/accept-message.ts';
import { MAX_EVENT_TEXT_PER_MESSAGE, MAX_EVENTS_PER_MESSAGE } from '../../../services/hl7-gateway/limits.ts';
import { cpuMs } from '../../support/cpu-ms.ts';
import { oru, RULES } from './gateway.ts';

const NOW = Date.UTC(2026, 2, 2);
const decided = (bytes: Buffer | string): Decision => decide(Buffer.from(bytes as string), RULES, NOW);

function eventsOf(bytes: Buffer | string) {
  const { verdict } = decided(bytes);
  assert.ok(verdict.accept, verdict.accept ? '' : verdict.code);
  return verdict.events;
}

function codeOf(bytes: Buffer | string): string {
  const { verdict } = decided(bytes);
  return verdict.accept ? 'accepted' : verdict.code;
}

describe('the decision about a message', () => {
  it('a facility of the site table has accession paths of its own', () => {
    const site = { ...RULES.site, accessionPaths: { SOUTH: ['OBR-20'] } };
    const bytes = oru('C1').toString().replace('A10001||||', 'A10001||B20002||');
    const keyOf = (facility: string) => {
      const { verdict } = decide(Buffer.from(bytes.replace('CITY', facility)), { ...RULES, site }, NOW);
      return verdict.accept ? verdict.events.map(({ caseKey }) => caseKey.value) : verdict.code;
    };
    assert.deepEqual(keyOf('South'), ['B20002']);
    assert.deepEqual(keyOf('CITY'), ['A10001']);
  });

  it('a report becomes one event with its case', () => {
    const [event, ...more] = eventsOf(oru('C1'));
    assert.equal(more.length, 0);
    assert.deepEqual(event?.caseKey, { kind: 'ACCESSION', issuer: 'LOCAL', value: 'A10001' });
    assert.match(event?.caseId ?? '', /^[0-9a-f]{32}$/);
    assert.deepEqual(event?.identity, { facility: 'CITY', fillerNumber: 'F-A10001' });
    assert.deepEqual(event?.message, {
      controlId: 'C1',
      sendingApplication: 'RIS',
      sendingFacility: 'CITY',
      type: 'ORU^R01',
      version: '2.5.1',
    });
    assert.equal(event?.receivedAt, NOW);
    assert.match(event?.digest ?? '', /^[0-9a-f]{64}$/);
    assert.deepEqual(event?.parts, [{ section: 'IMPRESSION', text: 'No pneumothorax.' }]);
  });

  it('says who ordered and how urgently; who read it is a keyed hash, and no name', () => {
    const visit = 'PV1|1|e|4 WEST^12^A|||||||MED';
    const bytes = oru('C1')
      .toString()
      .replace('|DX|F', '|DX|F||^^^^^S|||||991&Readerson&Rita')
      .replace('OBR|', `${visit}\rOBR|`);
    const [event] = eventsOf(bytes);
    const { reader, ...order } = event?.order ?? { reader: '' };
    assert.deepEqual(order, { service: 'MED', patientClass: 'E', priority: 'S' });
    assert.match(reader, /^[0-9a-f]{32}$/);
    assert.doesNotMatch(JSON.stringify(event), /Readerson|991/);
    const again = eventsOf(bytes.replace('|C1|', '|C2|'))[0]?.order?.reader;
    assert.equal(again, reader, 'the same reader counts as one');
    const other = decide(Buffer.from(bytes), { ...RULES, secret: Buffer.alloc(32, 9) }, NOW).verdict;
    assert.notEqual(other.accept && other.events[0]?.order?.reader, reader, 'of another site as another');
    assert.equal(eventsOf(oru('C1'))[0]?.order?.reader, '', 'nobody is named');
  });

  it('the same bytes give the same event ids', () => {
    const later = decide(oru('C1'), RULES, NOW + 1).verdict;
    assert.equal(later.accept && later.events[0]?.eventId, eventsOf(oru('C1'))[0]?.eventId);
    assert.notEqual(eventsOf(oru('C1'))[0]?.eventId, eventsOf(oru('C2'))[0]?.eventId);
  });

  it('names and text in multi-byte sets come out whole', () => {
    const report = (declared: string, name: string, text: string) =>
      Buffer.from(oru('C1', 'A10001', text, `||||||${declared}`).toString().replace('Vogel', name), 'latin1');
    for (const [declared, name, text, expected] of [
      ['~ISO IR87', '\x1b$B;3ED\x1b(B', '\x1b$B0[>o$J$7\x1b(B', ['山田', '異常なし']],
      ['BIG-5', '\xb3\x5c', '\xa5\x5c\xaf\xe0', ['許', '功能']],
      ['GB 18030-2000', '\x81\x7c', '\x95\x5e\xd6\xd0', ['亅', '昢中']],
    ] as const) {
      const [event] = eventsOf(report(declared, name, text));
      assert.deepEqual([event?.patient.familyName, event?.parts[0]?.text], expected, declared);
      assert.equal(event?.patient.givenName, 'Anna');
      assert.equal(event?.problem, null);
    }
  });

  it('a character that cannot be read is said to be missing', () => {
    const cut = Buffer.from(oru('C1', 'A10001', 'No \xb3', '||||||KS X 1001').toString(), 'latin1');
    const [event] = eventsOf(cut);
    assert.equal(event?.parts[0]?.text, 'No \ufffd');
    assert.equal(event?.problem, 'HL7_CHARACTERS_UNREADABLE');
  });

  it('a message in a set that is not read is refused, and its sender can read why', () => {
    const bytes = Buffer.from(
      oru('C1', 'A10001', '\xc4\xe3\xe6\xa4', '||||||CNS 11643-1992').toString(),
      'latin1',
    );
    const { verdict, header } = decided(bytes);
    assert.deepEqual(verdict, { accept: false, code: 'HL7_CHARACTER_SET_UNSUPPORTED' });
    const answer = buildAcknowledgement(header, 'HL7_CHARACTER_SET_UNSUPPORTED', { controlId: '1', at: 0 });
    assert.ok(answer);
    const { code, controlId, errorCode, applicationCode } = parseAcknowledgement(answer);
    assert.deepEqual(
      { code, controlId, errorCode, applicationCode },
      { code: 'AR', controlId: 'C1', errorCode: '103', applicationCode: 'HL7_CHARACTER_SET_UNSUPPORTED' },
    );
  });

  it('a report with several accession numbers gives one event for each case', () => {
    const events = eventsOf(oru('C1', 'A10001~A10002'));
    assert.deepEqual(
      events.map((event) => event.caseKey.value),
      ['A10001', 'A10002'],
    );
    assert.equal(new Set(events.map((event) => event.caseId)).size, 2);
    assert.equal(new Set(events.map((event) => event.eventId)).size, 2);
  });

  it('a message may ask for so many events, and for so much text in them, and no more', () => {
    const accessions = (count: number) => Array.from({ length: count }, (_, n) => `A${1000 + n}`).join('~');
    const groups = (count: number, each: number, text: string) =>
      [
        'MSH|^~\\&|RIS|CITY|||20260301101500||ORU^R01|C1|P|2.5.1',
        'PID|1||P100',
        ...Array.from(
          { length: count },
          (_, n) => `OBR|${n}||F${n}${'|'.repeat(15)}${accessions(each)}${'|'.repeat(7)}F`,
        ),
        `OBX|1|TX|||${text}\r`,
      ].join('\r');
    assert.equal(eventsOf(groups(10, MAX_EVENTS_PER_MESSAGE / 10, 'x')).length, MAX_EVENTS_PER_MESSAGE);
    assert.equal(codeOf(groups(11, MAX_EVENTS_PER_MESSAGE / 10, 'x')), 'HL7_UNREADABLE');
    const long = 'x'.repeat(MAX_EVENT_TEXT_PER_MESSAGE / 20);
    assert.equal(eventsOf(groups(1, 20, long)).length, 20);
    assert.equal(codeOf(groups(1, 21, long)), 'EVENT_TOO_LARGE');
  });

  it('an MSH-9 that is one long run of carets costs no time', () => {
    const message = oru('C1')
      .toString()
      .replace('MSH|^~', 'MSH|#~')
      .replace('ORU^R01', `ORU#R01#${'^'.repeat(500_000)}x`);
    const began = cpuMs();
    assert.equal(eventsOf(message).length, 1);
    assert.ok(cpuMs() - began < 5_000);
  });

  it('a message is known by a key of fixed length, and is another one when MSH says to read it in another way', () => {
    const plain = decided(oru('C1'));
    assert.equal(decided(oru('x'.repeat(100_000))).messageKey.length, plain.messageKey.length);
    const changed = (from: string, to: string) => decided(oru('C1').toString().replace(from, to));
    assert.equal(changed('20260301101500', '20260301101600').bodyDigest, plain.bodyDigest);
    for (const other of [changed('ORU^R01', 'MDM^T11'), changed('|P|2.5.1', '|P|2.5.1||||||8859/2')]) {
      assert.equal(other.messageKey, plain.messageKey);
      assert.notEqual(other.bodyDigest, plain.bodyDigest);
    }
  });

  it('a placeholder is no accession number: the report is keyed by facility and filler number', () => {
    const message = oru('C1')
      .toString()
      .replace('||||A10001||', '||||NONSENSE100||')
      .replace('F-A10001', 'F7');
    assert.deepEqual(eventsOf(message)[0]?.caseKey, { kind: 'ACCESSION', issuer: 'LOCAL', value: 'F7' });
    const neither = oru('C1').toString().replace('A10001||', '||').replace('F-A10001', 'NONSENSE100');
    assert.deepEqual(eventsOf(neither)[0]?.caseKey, { kind: 'REPORT', issuer: 'CITY', value: 'MESSAGE C1' });
  });

  it('orders without result make no event; a message that holds nothing else is not taken as a report', () => {
    const scheduled = 'OBR|2||F-A10002|71046||||||||||||||A10002|||||||S';
    const { verdict } = decided(`${oru('C1')}${scheduled}\r`);
    assert.ok(verdict.accept);
    assert.deepEqual(
      verdict.events.map(({ caseKey }) => caseKey.value),
      ['A10001'],
    );
    assert.equal(verdict.ordersWithoutResult, 1);
    const [header = ''] = oru('C1').toString().split('OBR');
    assert.equal(codeOf(`${header}${scheduled}\r`), 'HL7_NO_RESULT');
    assert.equal(codeOf(`${header}${scheduled}\rOBX|1|TX|||Clear.\r`), 'accepted');
    assert.equal(codeOf(`${header}${scheduled.replace(/S$/, 'X')}\r`), 'accepted');
  });

  it('a report says how many of its lines were withdrawn', () => {
    const [event] = eventsOf(`${oru('C1')}OBX|2|TX|||Rib fracture.||||||W\rOBX|3|TX|||No CT.||||||N\r`);
    assert.deepEqual(event?.parts, [{ section: 'IMPRESSION', text: 'No pneumothorax.' }]);
    assert.deepEqual([event?.withdrawnLines, event?.linesWithoutResult], [1, 1]);
  });

  it('type, version and processing id are checked', () => {
    const message = oru('C1').toString();
    assert.equal(codeOf(message.replace('ORU^R01', 'ADT^A01')), 'HL7_TYPE_UNSUPPORTED');
    assert.equal(codeOf(message.replace('ORU^R01', 'ORU^R30')), 'HL7_TYPE_UNSUPPORTED');
    assert.equal(codeOf(message.replace('ORU^R01', 'ORU^R01^ORU_R01')), 'accepted');
    assert.equal(codeOf(message.replace('ORU^R01', 'MDM^T02')), 'accepted');
    assert.equal(codeOf(message.replace('2.5.1', '3.0')), 'HL7_VERSION_UNSUPPORTED');
    assert.equal(codeOf(message.replace('|P|2.5.1', '||')), 'accepted');
    assert.equal(codeOf(message.replace('|P|', '|T|')), 'HL7_PROCESSING_ID_REFUSED');
  });

  it('what cannot be read is refused with the header as far as it goes', () => {
    assert.equal(codeOf('nonsense'), 'HL7_NO_MSH');
    assert.equal(decided('nonsense').header, null);
    const noObr = decided(oru('C9').toString().replace('OBR|', 'ZBR|'));
    assert.equal(noObr.verdict.accept ? '' : noObr.verdict.code, 'HL7_REQUIRED_FIELD_MISSING');
    assert.equal(noObr.header?.msh.name, 'MSH');
  });

  it('a repeat is known by its body, whatever MSH-7 says', () => {
    const first = decided(oru('C1'));
    const repeat = decided(oru('C1').toString().replace('20260301101500', '20260301102000'));
    assert.deepEqual([repeat.messageKey, repeat.bodyDigest], [first.messageKey, first.bodyDigest]);
    assert.notEqual(decided(oru('C1', 'A10001', 'Other text.')).bodyDigest, first.bodyDigest);
  });

  it('never throws, whatever comes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(400), (noise, place) => {
        const bytes = oru('C1');
        for (const [n, byte] of noise.entries()) bytes[(place + n * 3) % bytes.length] = byte;
        const { verdict } = decided(bytes);
        assert.ok(verdict.accept || ERRORS[verdict.code][0] === 'reject');
      }),
      { numRuns: 1_000 },
    );
  });
});
