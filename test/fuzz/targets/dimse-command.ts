import assert from 'node:assert/strict';
import { COMMAND, decodeCommand, encodeCommand, responseTo } from '../../../core/dicom/dimse-command.ts';
import { coded } from '../coded.ts';
import { insert } from '../mutate.ts';
import type { FuzzTarget, Mutation } from '../target.ts';

/** An element of group 0000 with a length that may lie. */
const element: Mutation = (input, random) => {
  const value = Buffer.alloc(random.integer(0, 70), random.pick([0, 0x20, 0x31, 0x2e, 0xff]));
  const header = Buffer.alloc(8);
  header.writeUInt16LE(random.next() < 0.95 ? 0 : 8, 0);
  header.writeUInt16LE(
    random.pick([
      0, 2, 3, 0x100, 0x110, 0x120, 0x600, 0x700, 0x800, 0x900, 0x902, 0x1000, 0x1001, 0x1020, 0x1021, 0x1022,
      0x1023,
    ]),
    2,
  );
  header.writeUInt32LE(random.next() < 0.9 ? value.length : random.integer(0, 0xffffffff), 4);
  return insert(input, Buffer.concat([header, value]), random);
};

export const dimseCommand: FuzzTarget = {
  name: 'dimse-command',
  tokens: [
    Buffer.from([0, 0, 0, 1, 2, 0, 0, 0, 1, 0]),
    Buffer.from([0, 0, 0, 1, 2, 0, 0, 0, 0x30, 0]),
    Buffer.from([0, 0, 0, 8, 2, 0, 0, 0, 1, 1]),
    Buffer.from([0, 0, 0x10, 1, 2, 0, 0, 0, 7, 0]),
  ],
  mutations: [element, element, element],
  realSeeds: async () => [],

  /** What is read can be written and is read the same again; an answer to it can be made and read. */
  check(input) {
    const { value: command, code } = coded(() => decodeCommand(input));
    if (command === null) return String(code);
    const again = decodeCommand(encodeCommand(command));
    assert.deepEqual(decodeCommand(encodeCommand(again)), again);
    assert.equal(again.field, command.field);
    assert.equal(again.messageId, command.messageId);
    assert.ok(command.comment.length <= 64);
    const answer = decodeCommand(encodeCommand(responseTo(command, 0xc000, 'DICOM_COMMAND_INVALID')));
    assert.equal(answer.messageId, command.messageId);
    const known = Object.values(COMMAND).some((field) => field === command.field);
    return `${known ? command.field : 'other'} ${command.hasDataSet} ${command.sopClassUid === ''} ${command.sopInstanceUid === ''}`;
  },
};
