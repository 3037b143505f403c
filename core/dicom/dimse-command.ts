/**
 * DIMSE command sets (PS3.7 6.3.1, 9.3, Annex E): always Implicit VR Little Endian, group 0000 only. What C-ECHO, C-STORE,
 * C-FIND, C-MOVE, C-GET and C-CANCEL need is modelled; of other commands the fields that an answer needs are read.
 */
import { InterleaveError } from '../errors.ts';
import { trimEnd } from './padding.ts';

export const COMMAND = {
  C_STORE_RQ: 0x0001,
  C_STORE_RSP: 0x8001,
  C_GET_RQ: 0x0010,
  C_GET_RSP: 0x8010,
  C_FIND_RQ: 0x0020,
  C_FIND_RSP: 0x8020,
  C_MOVE_RQ: 0x0021,
  C_MOVE_RSP: 0x8021,
  C_ECHO_RQ: 0x0030,
  C_ECHO_RSP: 0x8030,
  C_CANCEL_RQ: 0x0fff,
} as const;

/** Set in (0000,0100) of every response (PS3.7 E.1). */
export const RESPONSE_BIT = 0x8000;

/** Characters of (0000,0902), an LO (PS3.5 6.2). */
const MAX_COMMENT = 64;

/** (0000,0800) of a message without a data set; every other value means that one follows. */
const NO_DATA_SET = 0x0101;

export interface DimseCommand {
  /** (0000,0100) */
  field: number;
  /** (0000,0110) of a request, (0000,0120) of a response and of C-CANCEL */
  messageId: number;
  /** (0000,0002) */
  sopClassUid: string;
  /** (0000,1000) */
  sopInstanceUid: string;
  hasDataSet: boolean;
  /** (0000,0900), 0 in a request */
  status: number;
  /** (0000,0902), at most 64 characters */
  comment: string;
  /** (0000,0600) of a C-MOVE request: the AE title that the objects go to */
  moveDestination?: string;
  /** of an answer to C-MOVE or C-GET, where it counts any */
  subOperations?: SubOperations;
}

/** (0000,1020) to (0000,1023): what became of the C-STOREs of a C-MOVE or C-GET; null where it is not said. */
export interface SubOperations {
  remaining: number | null;
  completed: number | null;
  failed: number | null;
  warning: number | null;
}

/** Throws DICOM_COMMAND_INVALID. */
export function decodeCommand(bytes: Buffer): DimseCommand {
  const elements = new Map<number, Buffer>();
  for (let at = 0; at < bytes.length; ) {
    if (at + 8 > bytes.length) throw invalid('an element is cut off');
    const length = bytes.readUInt32LE(at + 4);
    if (bytes.readUInt16LE(at) !== 0) throw invalid('an element is not of group 0000');
    if (at + 8 + length > bytes.length) throw invalid('an element is longer than the command');
    elements.set(bytes.readUInt16LE(at + 2), bytes.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  const field = unsignedShort(elements.get(0x0100));
  if (field === undefined) throw invalid('(0000,0100) is missing');
  const isResponse = (field & RESPONSE_BIT) !== 0;
  const isCancel = field === COMMAND.C_CANCEL_RQ; // it names the request that it cancels (PS3.7 9.3.2.3)
  const messageId = unsignedShort(elements.get(isResponse || isCancel ? 0x0120 : 0x0110));
  if (messageId === undefined) throw invalid('the message id is missing');
  const status = unsignedShort(elements.get(0x0900));
  const subOperations = isResponse ? countsOf(elements) : null;
  if (isResponse && status === undefined) throw invalid('(0000,0900) is missing');
  return {
    field,
    messageId,
    sopClassUid: text(elements.get(0x0002) ?? elements.get(0x0003)),
    sopInstanceUid: text(elements.get(0x1000) ?? elements.get(0x1001)),
    hasDataSet: (unsignedShort(elements.get(0x0800)) ?? NO_DATA_SET) !== NO_DATA_SET,
    status: status ?? 0,
    comment: text(elements.get(0x0902)).slice(0, MAX_COMMENT),
    ...(elements.has(0x0600) ? { moveDestination: text(elements.get(0x0600)).trim() } : {}),
    ...(subOperations === null ? {} : { subOperations }),
  };
}

export function encodeCommand(command: DimseCommand): Buffer {
  const isResponse = (command.field & RESPONSE_BIT) !== 0;
  const namesAnother = isResponse || command.field === COMMAND.C_CANCEL_RQ;
  const elements: Buffer[] = [];
  if (command.sopClassUid !== '') elements.push(element(0x0002, uid(command.sopClassUid)));
  elements.push(element(0x0100, short(command.field)));
  elements.push(element(namesAnother ? 0x0120 : 0x0110, short(command.messageId)));
  if (command.field === COMMAND.C_MOVE_RQ)
    elements.push(element(0x0600, padded(command.moveDestination ?? '', 0x20)));
  if (PRIORITISED.has(command.field)) elements.push(element(0x0700, short(0))); // priority: medium
  elements.push(element(0x0800, short(command.hasDataSet ? 0x0001 : NO_DATA_SET)));
  if (isResponse) {
    elements.push(element(0x0900, short(command.status)));
    if (command.comment !== '')
      elements.push(element(0x0902, padded(command.comment.slice(0, MAX_COMMENT), 0x20)));
  }
  if (command.sopInstanceUid !== '') elements.push(element(0x1000, uid(command.sopInstanceUid)));
  for (const [number, name] of SUB_OPERATIONS) {
    const count = command.subOperations?.[name] ?? null;
    if (count !== null) elements.push(element(number, short(count)));
  }
  const body = Buffer.concat(elements);
  const groupLength = Buffer.alloc(4);
  groupLength.writeUInt32LE(body.length);
  return Buffer.concat([element(0x0000, groupLength), body]);
}

/** Requests that have a priority, (0000,0700). */
const PRIORITISED: ReadonlySet<number> = new Set([
  COMMAND.C_STORE_RQ,
  COMMAND.C_FIND_RQ,
  COMMAND.C_GET_RQ,
  COMMAND.C_MOVE_RQ,
]);

const SUB_OPERATIONS = [
  [0x1020, 'remaining'],
  [0x1021, 'completed'],
  [0x1022, 'failed'],
  [0x1023, 'warning'],
] as const;

function countsOf(elements: ReadonlyMap<number, Buffer>): SubOperations | null {
  if (!SUB_OPERATIONS.some(([number]) => elements.has(number))) return null;
  const counts: SubOperations = { remaining: null, completed: null, failed: null, warning: null };
  for (const [number, name] of SUB_OPERATIONS) counts[name] = unsignedShort(elements.get(number)) ?? null;
  return counts;
}

/** The answer to a request: its field with the response bit, its message id, the SOP class and instance it named. */
export function responseTo(request: DimseCommand, status: number, comment = ''): DimseCommand {
  return { ...request, field: request.field | RESPONSE_BIT, hasDataSet: false, status, comment };
}

function element(number: number, value: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt16LE(number, 2);
  header.writeUInt32LE(value.length, 4);
  return Buffer.concat([header, value]);
}

function short(value: number): Buffer {
  return Buffer.from([value & 0xff, value >> 8]);
}

function uid(value: string): Buffer {
  return padded(value, 0x00);
}

function padded(value: string, pad: number): Buffer {
  const bytes = Buffer.from(value, 'latin1');
  return bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.from([pad])]);
}

function unsignedShort(value: Buffer | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (value.length !== 2) throw invalid('a US element does not have two bytes');
  return value.readUInt16LE(0);
}

function text(value: Buffer | undefined): string {
  return value === undefined ? '' : trimEnd(value.toString('latin1'));
}

function invalid(detail: string): InterleaveError {
  return new InterleaveError('DICOM_COMMAND_INVALID', detail);
}
