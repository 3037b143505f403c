/**
 * A-ASSOCIATE-RQ and A-ASSOCIATE-AC (PS3.8 9.3.2, 9.3.3). Items that are not known are passed over, as PS3.8 9.3.1 asks.
 */
import { ascii, ITEM, invalidItem, item, items, textOf, uidOf } from './associate-item.ts';
import { MAX_PRESENTATION_CONTEXTS } from './limits.ts';
import { PDU_HEADER_LENGTH, PDU_TYPE } from './pdu-type.ts';
import {
  type AnsweredContext,
  decodeAnsweredContext,
  decodeProposedContext,
  encodeAnsweredContext,
  encodeProposedContext,
  type ProposedContext,
} from './presentation-context.ts';
import {
  decodeUserInformation,
  encodeUserInformation,
  noUserInformation,
  type UserInformation,
} from './user-information.ts';

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

/** `body` is what stands behind the PDU's length. Throws DICOM_PDU_INVALID. */
export function decodeAssociateRequest(body: Buffer): AssociateRequest {
  const request: AssociateRequest = {
    ...decodeFixed(body),
    applicationContext: '',
    contexts: [],
    user: noUserInformation(),
  };
  for (const { type, value } of items(body.subarray(FIXED_LENGTH))) {
    if (type === ITEM.APPLICATION_CONTEXT) request.applicationContext = uidOf(value);
    if (type === ITEM.USER_INFORMATION) request.user = decodeUserInformation(value);
    if (type === ITEM.CONTEXT_RQ) addContext(request.contexts, decodeProposedContext(value));
  }
  const ids = new Set(request.contexts.map((context) => context.id));
  if (ids.size < request.contexts.length) throw invalidItem('presentation context id used twice');
  return request;
}

/** Throws DICOM_PDU_INVALID. */
export function decodeAssociateAccept(body: Buffer): AssociateAccept {
  const { calledAeTitle, callingAeTitle } = decodeFixed(body);
  const user = noUserInformation();
  const accept: AssociateAccept = { calledAeTitle, callingAeTitle, contexts: [], user };
  for (const { type, value } of items(body.subarray(FIXED_LENGTH))) {
    if (type === ITEM.USER_INFORMATION) accept.user = decodeUserInformation(value);
    if (type === ITEM.CONTEXT_AC) addContext(accept.contexts, decodeAnsweredContext(value));
  }
  return accept;
}

export function encodeAssociateRequest(request: AssociateRequest): Buffer {
  return associatePdu(PDU_TYPE.ASSOCIATE_RQ, request.protocolVersion, request, [
    item(ITEM.APPLICATION_CONTEXT, ascii(request.applicationContext)),
    ...request.contexts.map(encodeProposedContext),
    encodeUserInformation(request.user),
  ]);
}

export function encodeAssociateAccept(accept: AssociateAccept, applicationContext: string): Buffer {
  return associatePdu(PDU_TYPE.ASSOCIATE_AC, 1, accept, [
    item(ITEM.APPLICATION_CONTEXT, ascii(applicationContext)),
    ...accept.contexts.map(encodeAnsweredContext),
    encodeUserInformation(accept.user),
  ]);
}

/** Protocol version, reserved, two titles, 32 reserved bytes: what stands before the items. */
const FIXED_LENGTH = 68;
const AE_TITLE_LENGTH = 16;

function decodeFixed(body: Buffer) {
  if (body.length < FIXED_LENGTH) throw invalidItem('A-ASSOCIATE is too short');
  return {
    protocolVersion: body.readUInt16BE(0),
    calledAeTitle: textOf(body.subarray(4, 20)).trim(),
    callingAeTitle: textOf(body.subarray(20, 36)).trim(),
  };
}

function addContext<Context>(contexts: Context[], context: Context): void {
  if (contexts.length === MAX_PRESENTATION_CONTEXTS) throw invalidItem('too many presentation contexts');
  contexts.push(context);
}

function associatePdu(
  type: number,
  protocolVersion: number,
  titles: { calledAeTitle: string; callingAeTitle: string },
  parts: Buffer[],
): Buffer {
  const fixed = Buffer.alloc(PDU_HEADER_LENGTH + FIXED_LENGTH);
  fixed[0] = type;
  fixed.writeUInt32BE(FIXED_LENGTH + parts.reduce((sum, part) => sum + part.length, 0), 2);
  fixed.writeUInt16BE(protocolVersion, 6);
  fixed.write(titles.calledAeTitle.padEnd(AE_TITLE_LENGTH).slice(0, AE_TITLE_LENGTH), 10, 'latin1');
  fixed.write(titles.callingAeTitle.padEnd(AE_TITLE_LENGTH).slice(0, AE_TITLE_LENGTH), 26, 'latin1');
  return Buffer.concat([fixed, ...parts]);
}
