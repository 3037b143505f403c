import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { COMMENT_TYPES } from '../../../core/hl7/comment.ts';
import { reportsOf } from '../../../core/hl7/report.ts';
import { readReport } from '../../../core/text/reading.ts';
import { MSH, OBR, only, oru, PID, parsed } from './messages.ts';

const SEE = 'OBX|1|TX|&GDT||SEE NOTE||||||F';
const partsOf = (...lines: string[]) => only(reportsOf(parsed(...lines))).parts;

describe('comments (NTE)', () => {
  it('behind an OBX: a part of its own, where it stands, each segment and repetition a line', () => {
    assert.deepEqual(
      only(
        reportsOf(
          oru(
            'OBX|1|TX|&GDT||Heart normal.',
            'NTE|1|L|Large left pneumothorax.~Midline\\T\\shift.\\.br\\Called.',
            'NTE|2|L|Read by phone.',
            'OBX|2|TX|&GDT||Bones normal.',
            'OBX|3|TX|&IMP||SEE NOTE',
            'NTE|1||Drain it.',
          ),
        ),
      ).parts,
      [
        { section: 'FINDINGS', text: 'Heart normal.' },
        { section: null, text: 'Large left pneumothorax.\nMidline&shift.\nCalled.\nRead by phone.' },
        { section: 'FINDINGS', text: 'Bones normal.' },
        { section: 'IMPRESSION', text: 'SEE NOTE' },
        { section: null, text: 'Drain it.' },
      ],
    );
  });

  it('what it says is found', () => {
    const parts = partsOf(MSH, PID, OBR, SEE, 'NTE|1|L|Large left pneumothorax. No effusion.');
    assert.deepEqual(
      readReport(parts).findings.map(({ concept, assertion }) => [concept, assertion]),
      [
        ['pneumothorax', 'PRESENT'],
        ['effusion', 'ABSENT'],
      ],
    );
  });

  it('behind the OBR, before its lines; also where nothing else is text', () => {
    assert.deepEqual(partsOf(MSH, PID, OBR, 'NTE|1||Wet read given.', SEE), [
      { section: null, text: 'Wet read given.' },
      { section: 'FINDINGS', text: 'SEE NOTE' },
    ]);
    assert.deepEqual(partsOf(MSH, PID, OBR, 'NTE|1||Clear lungs.'), [
      { section: null, text: 'Clear lungs.' },
    ]);
    assert.deepEqual(partsOf(MSH, PID, OBR, 'OBX|1|RP|||image', 'NTE|1||Clear lungs.'), [
      { section: null, text: 'Clear lungs.' },
    ]);
  });

  it('behind PID, PV1, ORC or SPM it is no text of the report', () => {
    const note = 'NTE|1||Has a pneumothorax since 2001.';
    for (const lines of [
      [PID, note, OBR, SEE],
      [PID, 'PD1', note, 'PV1|1', note, OBR, SEE],
      [PID, 'ORC|RE', note, OBR, SEE],
      [PID, OBR, 'ORC|RE', note, SEE],
      [PID, OBR, SEE, 'SPM|1', note],
      [PID, OBR, SEE, 'ORC|RE', note, 'OBR|2||F2||||||||||||||||||||||S'],
    ])
      assert.deepEqual(partsOf(MSH, ...lines), [{ section: 'FINDINGS', text: 'SEE NOTE' }], lines.join());
  });

  it('segments without comments of their own may stand between', () => {
    for (const between of ['PRT|1', 'TQ1|1', 'ZBX|1', 'CTD|A'])
      assert.equal(partsOf(MSH, PID, OBR, SEE, between, 'NTE|1||Clear lungs.').length, 2, between);
  });

  it('in an MDM as well, with and without OBR', () => {
    const mdm = MSH.replace('ORU^R01', 'MDM^T02');
    const txa = 'TXA|1|DI|TX|||||||||DOC-7|||||AU';
    const expected = [
      { section: 'FINDINGS', text: 'SEE NOTE' },
      { section: null, text: 'Clear lungs.' },
    ];
    const patients = [PID, 'NTE|1||Has a pneumothorax.', 'PV1|1'];
    assert.deepEqual(partsOf(mdm, 'EVN|T02', ...patients, txa, SEE, 'NTE|1||Clear lungs.'), expected);
    assert.deepEqual(partsOf(mdm, 'EVN|T02', ...patients, OBR, txa, SEE, 'NTE|1||Clear lungs.'), expected);
  });

  it('goes with a line that is not read', () => {
    for (const code of ['D', 'W', 'X', 'N', 'I', 'O']) {
      const lines = ['OBX|1|TX|||Clear.||||||F', `OBX|2|TX|||Fracture.||||||${code}`, 'NTE|1||Of a rib.'];
      assert.deepEqual(partsOf(MSH, PID, OBR, ...lines), [{ section: null, text: 'Clear.' }], code);
    }
    assert.deepEqual(partsOf(MSH, PID, OBR, 'OBX|1|NM|||7||||||D', 'NTE|1||Of a rib.'), []);
  });

  it('is shared with its message, and stands once in each report', () => {
    const second = OBR.replace('F1001', 'F1002').replace('ACC1001', 'ACC1002');
    const reports = reportsOf(parsed(MSH, PID, OBR, SEE, 'NTE|1||Clear lungs.', second));
    const text = [
      { section: 'FINDINGS', text: 'SEE NOTE' },
      { section: null, text: 'Clear lungs.' },
    ];
    assert.deepEqual(
      reports.map(({ parts }) => parts),
      [text, text],
    );
    const withNote = reportsOf(parsed(MSH, PID, OBR, SEE, second, 'NTE|1||Clear lungs.'));
    assert.deepEqual(
      withNote.map(({ parts }) => parts),
      [[text[0]], [text[1]]],
      'a note of its own is text of its own',
    );
    const one = only(reportsOf(parsed(MSH, PID, OBR, SEE, OBR, 'NTE|1||Clear lungs.')));
    assert.deepEqual(one.parts, text, 'OBR groups of one report');
  });

  for (const [code, { read, section }] of Object.entries(COMMENT_TYPES))
    it(`NTE-4 ${code}: ${read ? (section ?? 'read') : 'not read'}`, () => {
      const parts = partsOf(MSH, PID, OBR, SEE, `NTE|1|L|Clear lungs.|${code}^words^HL70364`);
      assert.deepEqual(parts.slice(1), read ? [{ section, text: 'Clear lungs.' }] : []);
    });

  it('a type of the site is read, unless it says that it is internal or an instruction', () => {
    const isRead = (type: string) => partsOf(MSH, PID, OBR, SEE, `NTE|1|L|Clear.|${type}`).length === 2;
    for (const type of ['', 'RE', 'ADDENDUM', 'XX^Comment']) assert.ok(isRead(type), type);
    for (const type of ['INTERNAL', 'X1^Internal comment', 'X2^Instructions to staff'])
      assert.ok(!isRead(type), type);
  });

  it('what the orderer says is why the examination was asked for, never a finding', () => {
    const parts = partsOf(MSH, PID, OBR, 'NTE|1|P|Pneumothorax?', 'OBX|1|TX|&GDT||Clear.');
    assert.deepEqual(parts[0], { section: 'INDICATION', text: 'Pneumothorax?' });
    const labels = readReport(parts).findings.filter(({ reason }) => !reason);
    assert.deepEqual(labels, []);
  });
});
