import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { COMMAND, decodeCommand, encodeCommand, responseTo } from '../../../core/dicom/dimse-command.ts';
import { codeOf } from '../../../core/errors.ts';

const STORE = {
  field: COMMAND.C_STORE_RQ,
  messageId: 7,
  sopClassUid: '1.2.840.10008.5.1.4.1.1.2',
  sopInstanceUid: '1.2.3',
  hasDataSet: true,
  status: 0,
  comment: '',
};

describe('DIMSE commands', () => {
  it('are read as they were written', () => {
    assert.deepEqual(decodeCommand(encodeCommand(STORE)), STORE);
    const response = responseTo(STORE, 0xa700, 'KAFKA_UNAVAILABLE');
    assert.deepEqual(decodeCommand(encodeCommand(response)), response);
    assert.equal(response.field, COMMAND.C_STORE_RSP);
    assert.equal(response.hasDataSet, false);
  });

  it('have a group length, even lengths and ascending tags (PS3.7 6.3.1)', () => {
    const bytes = encodeCommand(STORE);
    assert.equal(bytes.readUInt32LE(8), bytes.length - 12);
    let last = -1;
    for (let at = 0; at < bytes.length; at += 8 + bytes.readUInt32LE(at + 4)) {
      assert.ok(bytes.readUInt16LE(at + 2) > last);
      assert.equal(bytes.readUInt32LE(at + 4) % 2, 0);
      last = bytes.readUInt16LE(at + 2);
    }
  });

  it('name the destination of C-MOVE, count its sub-operations, and name what C-CANCEL ends', () => {
    const move = { ...STORE, field: COMMAND.C_MOVE_RQ, sopInstanceUid: '', moveDestination: 'GATEWAY' };
    assert.deepEqual(decodeCommand(encodeCommand(move)), move);
    const subOperations = { remaining: null, completed: 300, failed: 2, warning: 0 };
    const { moveDestination: _, ...asked } = move;
    const answer = { ...responseTo(asked, 0xff00), subOperations };
    assert.deepEqual(decodeCommand(encodeCommand(answer)), answer);
    const cancel = { ...asked, field: COMMAND.C_CANCEL_RQ, sopClassUid: '', hasDataSet: false };
    const bytes = encodeCommand(cancel);
    assert.deepEqual(decodeCommand(bytes), cancel);
    assert.ok(
      bytes.includes(Buffer.from('000020010200000007', 'hex').subarray(0, 8)),
      '(0000,0120), PS3.7 9.3.2.3',
    );
  });

  it('cut an error comment at 64 characters (LO)', () => {
    const response = responseTo(STORE, 0xc000, 'x'.repeat(100));
    assert.equal(decodeCommand(encodeCommand(response)).comment.length, 64);
  });

  it('are read with no more than 64 characters of comment, whatever a peer sends', () => {
    const element = Buffer.from([0, 0, 2, 9, 0, 1, 0, 0]);
    const answer = encodeCommand(responseTo(STORE, 0xc000));
    const command = decodeCommand(Buffer.concat([answer, element, Buffer.alloc(256, 'x')]));
    assert.equal(command.comment, 'x'.repeat(64));
  });

  it('are refused with a code when they are broken', () => {
    const code = (bytes: Buffer) => {
      try {
        decodeCommand(bytes);
        return 'none';
      } catch (error) {
        return codeOf(error);
      }
    };
    assert.equal(code(Buffer.alloc(0)), 'DICOM_COMMAND_INVALID');
    assert.equal(code(encodeCommand(STORE).subarray(0, -1)), 'DICOM_COMMAND_INVALID');
    const otherGroup = encodeCommand(STORE);
    otherGroup.writeUInt16LE(8, 0);
    assert.equal(code(otherGroup), 'DICOM_COMMAND_INVALID');
    const bytes = encodeCommand(STORE);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), fc.nat(bytes.length), (place, byte, length) => {
        const damaged = Buffer.from(bytes);
        damaged[place] = byte;
        assert.ok(['none', 'DICOM_COMMAND_INVALID'].includes(code(damaged.subarray(0, length))));
      }),
      { numRuns: 500 },
    );
  });
});
