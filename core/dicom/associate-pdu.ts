/**
 * A-ASSOCIATE-RQ and A-ASSOCIATE-AC (PS3.8 9.3.2, 9.3.3) with their items: presentation contexts and the user
 * information of PS3.7 Annex D.3.3. Items that are not known are passed over, as PS3.8 9.3.1 asks.
 */
import { InterleaveError } from '../errors.ts';
import { MAX_PRESENTATION_CONTEXTS, MAX_TRANSFER_SYNTAXES } from './limits.ts';
import { trimEnd } from './padding.ts';
import { PDU_TYPE } from './pdu.ts';

/** One proposal of the requestor. */
export interface ProposedContext {
  id: number;
  abstractSyntax: string;
  transferSyntaxes: string[];
}

/** PS3.8 Table 9-18: 0 acceptance, 1 user rejection, 2 no reason, 3 abstract syntax, 4 transfer syntaxes. */
export type ContextResult = 0 | 1 | 2 | 3 | 4;

/** The acceptor's answer to one proposal; the transfer syntax counts only with result 0. */
export interface AnsweredContext {
  id: number;
  result: ContextResult;
  transferSyntax: string;
}

/** SCP/SCU role selection (PS3.7 D.3.3.4). */
export interface RoleSelection {
  sopClassUid: string;
  scu: boolean;
  scp: boolean;
}

export interface UserInformation {
  /** what this side receives at most in one P-DATA-TF PDU; 0: no limit (PS3.8 D.1) */
  maxLength: number;
  implementationClassUid: string;
  implementationVersionName: string;
  /** asynchronous operations window (PS3.7 D.3.3.3), null where absent: one at a time */
  asyncOperations: { invoked: number; performed: number } | null;
  roles: RoleSelection[];
}

export interface AssociateRequest {
  protocolVersion: number;
  calledAeTitle: string;
  callingAeTitle: string;
  applicationContext: string;
  contexts: ProposedContext[];
  user: UserInformation;
}

export interface AssociateAccept {
  calledAeTitle: string;
  callingAeTitle: string;
  contexts: AnsweredContext[];
  user: UserInformation;
}

const ITEM = {
  APPLICATION_CONTEXT: 0x10,
  CONTEXT_RQ: 0x20,
  CONTEXT_AC: 0x21,
  ABSTRACT_SYNTAX: 0x30,
  TRANSFER_SYNTAX: 0x40,
  USER_INFORMATION: 0x50,
  MAX_LENGTH: 0x51,
  IMPLEMENTATION_CLASS: 0x52,
  ASYNC_OPERATIONS: 0x53,
  ROLE: 0x54,
  IMPLEMENTATION_VERSION: 0x55,
} as const;

/** Protocol version, reserved, two titles, 32 reserved bytes: what stands before the items. */
const FIXED_LENGTH = 68;

export function decodeAssociateRequest(body: Buffer): AssociateRequest {
  const fixed = decodeFixed(body);
  const request: AssociateRequest = { ...fixed, applicationContext: '', contexts: [], user: noUser() };
  for (const item of items(body.subarray(FIXED_LENGTH))) {
    if (item.type === ITEM.APPLICATION_CONTEXT) request.applicationContext = uid(item.value);
    if (item.type === ITEM.USER_INFORMATION) request.user = decodeUser(item.value);
    if (item.type === ITEM.CONTEXT_RQ) {
      if (request.contexts.length === MAX_PRESENTATION_CONTEXTS)
        throw invalid('too many presentation contexts');
      request.contexts.push(decodeProposedContext(item.value));
    }
  }
  const ids = new Set(request.contexts.map((context) => context.id));
  if (ids.size < request.contexts.length) throw invalid('presentation context id used twice');
  return request;
}

export function decodeAssociateAccept(body: Buffer): AssociateAccept {
  const { calledAeTitle, callingAeTitle } = decodeFixed(body);
  const accept: AssociateAccept = { calledAeTitle, callingAeTitle, contexts: [], user: noUser() };
  for (const item of items(body.subarray(FIXED_LENGTH))) {
    if (item.type === ITEM.USER_INFORMATION) accept.user = decodeUser(item.value);
    if (item.type === ITEM.CONTEXT_AC) {
      if (accept.contexts.length === MAX_PRESENTATION_CONTEXTS)
        throw invalid('too many presentation contexts');
      accept.contexts.push(decodeAnsweredContext(item.value));
    }
  }
  return accept;
}

export function encodeAssociateRequest(request: AssociateRequest): Buffer {
  const contexts = request.contexts.map(({ id, abstractSyntax, transferSyntaxes }) =>
    item(
      ITEM.CONTEXT_RQ,
      Buffer.from([id, 0, 0, 0]),
      item(ITEM.ABSTRACT_SYNTAX, ascii(abstractSyntax)),
      ...transferSyntaxes.map((syntax) => item(ITEM.TRANSFER_SYNTAX, ascii(syntax))),
    ),
  );
  return associatePdu(PDU_TYPE.ASSOCIATE_RQ, request.protocolVersion, request, [
    item(ITEM.APPLICATION_CONTEXT, ascii(request.applicationContext)),
    ...contexts,
    encodeUser(request.user),
  ]);
}

export function encodeAssociateAccept(accept: AssociateAccept, applicationContext: string): Buffer {
  const contexts = accept.contexts.map(({ id, result, transferSyntax }) =>
    item(ITEM.CONTEXT_AC, Buffer.from([id, 0, result, 0]), item(ITEM.TRANSFER_SYNTAX, ascii(transferSyntax))),
  );
  return associatePdu(PDU_TYPE.ASSOCIATE_AC, 1, accept, [
    item(ITEM.APPLICATION_CONTEXT, ascii(applicationContext)),
    ...contexts,
    encodeUser(accept.user),
  ]);
}

function decodeFixed(body: Buffer) {
  if (body.length < FIXED_LENGTH) throw invalid('A-ASSOCIATE is too short');
  return {
    protocolVersion: body.readUInt16BE(0),
    calledAeTitle: aeTitle(body.subarray(4, 20)),
    callingAeTitle: aeTitle(body.subarray(20, 36)),
  };
}

function decodeProposedContext(value: Buffer): ProposedContext {
  const id = contextId(value);
  const context: ProposedContext = { id, abstractSyntax: '', transferSyntaxes: [] };
  for (const sub of items(value.subarray(4))) {
    if (sub.type === ITEM.ABSTRACT_SYNTAX) context.abstractSyntax = uid(sub.value);
    if (sub.type === ITEM.TRANSFER_SYNTAX) {
      if (context.transferSyntaxes.length === MAX_TRANSFER_SYNTAXES)
        throw invalid('too many transfer syntaxes');
      context.transferSyntaxes.push(uid(sub.value));
    }
  }
  return context;
}

function decodeAnsweredContext(value: Buffer): AnsweredContext {
  const id = contextId(value);
  const result = value[2] ?? 2;
  let transferSyntax = '';
  for (const sub of items(value.subarray(4))) {
    if (sub.type === ITEM.TRANSFER_SYNTAX) transferSyntax = uid(sub.value);
  }
  return { id, result: result <= 4 ? (result as ContextResult) : 2, transferSyntax };
}

function contextId(value: Buffer): number {
  const id = value[0];
  if (value.length < 4 || id === undefined || id % 2 === 0)
    throw invalid('presentation context id is not odd');
  return id;
}

function decodeUser(value: Buffer): UserInformation {
  const user = noUser();
  for (const sub of items(value)) {
    if (sub.type === ITEM.MAX_LENGTH) user.maxLength = exactly(sub.value, 4).readUInt32BE(0);
    if (sub.type === ITEM.IMPLEMENTATION_CLASS) user.implementationClassUid = uid(sub.value);
    if (sub.type === ITEM.IMPLEMENTATION_VERSION) user.implementationVersionName = text(sub.value);
    if (sub.type === ITEM.ASYNC_OPERATIONS) {
      const window = exactly(sub.value, 4);
      user.asyncOperations = { invoked: window.readUInt16BE(0), performed: window.readUInt16BE(2) };
    }
    if (sub.type === ITEM.ROLE && user.roles.length < MAX_PRESENTATION_CONTEXTS)
      user.roles.push(decodeRole(sub.value));
  }
  return user;
}

function decodeRole(value: Buffer): RoleSelection {
  const length = value.length >= 2 ? value.readUInt16BE(0) : 0;
  if (value.length < 4 + length) throw invalid('role selection is too short');
  return {
    sopClassUid: uid(value.subarray(2, 2 + length)),
    scu: value[2 + length] === 1,
    scp: value[3 + length] === 1,
  };
}

function encodeUser(user: UserInformation): Buffer {
  const maxLength = Buffer.alloc(4);
  maxLength.writeUInt32BE(user.maxLength);
  const parts = [
    item(ITEM.MAX_LENGTH, maxLength),
    item(ITEM.IMPLEMENTATION_CLASS, ascii(user.implementationClassUid)),
  ];
  if (user.asyncOperations !== null) {
    const window = Buffer.alloc(4);
    window.writeUInt16BE(user.asyncOperations.invoked, 0);
    window.writeUInt16BE(user.asyncOperations.performed, 2);
    parts.push(item(ITEM.ASYNC_OPERATIONS, window));
  }
  for (const { sopClassUid, scu, scp } of user.roles) {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(sopClassUid.length);
    parts.push(item(ITEM.ROLE, length, ascii(sopClassUid), Buffer.from([scu ? 1 : 0, scp ? 1 : 0])));
  }
  if (user.implementationVersionName !== '') {
    parts.push(item(ITEM.IMPLEMENTATION_VERSION, ascii(user.implementationVersionName)));
  }
  return item(ITEM.USER_INFORMATION, ...parts);
}

function associatePdu(
  type: number,
  protocolVersion: number,
  titles: { calledAeTitle: string; callingAeTitle: string },
  parts: Buffer[],
): Buffer {
  const fixed = Buffer.alloc(6 + FIXED_LENGTH);
  fixed[0] = type;
  fixed.writeUInt32BE(FIXED_LENGTH + parts.reduce((sum, part) => sum + part.length, 0), 2);
  fixed.writeUInt16BE(protocolVersion, 6);
  fixed.write(titles.calledAeTitle.padEnd(16).slice(0, 16), 10, 'latin1');
  fixed.write(titles.callingAeTitle.padEnd(16).slice(0, 16), 26, 'latin1');
  return Buffer.concat([fixed, ...parts]);
}

/** Item type, reserved byte, 16-bit length, value: the shape of every item and sub-item. */
function* items(bytes: Buffer): Generator<{ type: number; value: Buffer }> {
  for (let at = 0; at < bytes.length; ) {
    if (at + 4 > bytes.length) throw invalid('an item header is cut off');
    const end = at + 4 + bytes.readUInt16BE(at + 2);
    if (end > bytes.length) throw invalid('an item is longer than what holds it');
    yield { type: bytes[at] ?? 0, value: bytes.subarray(at + 4, end) };
    at = end;
  }
}

function item(type: number, ...parts: Buffer[]): Buffer {
  const header = Buffer.from([type, 0, 0, 0]);
  header.writeUInt16BE(
    parts.reduce((sum, part) => sum + part.length, 0),
    2,
  );
  return Buffer.concat([header, ...parts]);
}

function noUser(): UserInformation {
  return {
    maxLength: 0,
    implementationClassUid: '',
    implementationVersionName: '',
    asyncOperations: null,
    roles: [],
  };
}

function exactly(value: Buffer, length: number): Buffer {
  if (value.length !== length) throw invalid('a user information item has the wrong length');
  return value;
}

/** UIDs are not padded in this layer, but some senders pad them with a NUL as in data sets (PS3.8 9.3.1 note). */
function uid(value: Buffer): string {
  return text(value.subarray(0, 65));
}

function text(value: Buffer): string {
  return trimEnd(value.toString('latin1'));
}

function aeTitle(value: Buffer): string {
  return text(value).trim();
}

function ascii(value: string): Buffer {
  return Buffer.from(value, 'latin1');
}

function invalid(detail: string): InterleaveError {
  return new InterleaveError('DICOM_PDU_INVALID', detail);
}
