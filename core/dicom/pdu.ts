/**
 * The protocol data units of the DICOM upper layer (PS3.8 9.3): what each says and how it is written.
 * `associate-pdu.ts` has the two large ones, `pdu-reader.ts` reads all of them from a stream.
 */
import type { AssociateAccept, AssociateRequest } from './associate-pdu.ts';
import { PDU_HEADER_LENGTH, PDU_TYPE, PDV_HEADER_LENGTH } from './pdu-type.ts';

/** A-ASSOCIATE-RJ (PS3.8 9.3.4): result 1 permanent, 2 transient; source 1 user, 2 ACSE, 3 presentation. */
export interface AssociateReject {
  result: number;
  source: number;
  reason: number;
}

/** A-ABORT (PS3.8 9.3.8): source 0 user, 2 provider; the reason counts only with source 2. */
export interface Abort {
  source: number;
  reason: number;
}

/**
 * A piece of a presentation data value (PS3.8 9.3.5.1), as it came off the stream: one PDV may come in many pieces.
 * `last` is true on the piece that ends the command or the data set.
 */
export interface Fragment {
  contextId: number;
  kind: 'command' | 'data-set';
  last: boolean;
  bytes: Buffer;
}

export type Pdu =
  | { type: 'associate-request'; request: AssociateRequest }
  | { type: 'associate-accept'; accept: AssociateAccept }
  | { type: 'associate-reject'; reject: AssociateReject }
  | { type: 'fragment'; fragment: Fragment }
  | { type: 'release-request' }
  | { type: 'release-response' }
  | { type: 'abort'; abort: Abort };

export function encodeReject({ result, source, reason }: AssociateReject): Buffer {
  return Buffer.from([PDU_TYPE.ASSOCIATE_RJ, 0, 0, 0, 0, 4, 0, result, source, reason]);
}

export function encodeReleaseRequest(): Buffer {
  return Buffer.from([PDU_TYPE.RELEASE_RQ, 0, 0, 0, 0, 4, 0, 0, 0, 0]);
}

export function encodeReleaseResponse(): Buffer {
  return Buffer.from([PDU_TYPE.RELEASE_RP, 0, 0, 0, 0, 4, 0, 0, 0, 0]);
}

export function encodeAbort({ source, reason }: Abort): Buffer {
  return Buffer.from([PDU_TYPE.ABORT, 0, 0, 0, 0, 4, 0, 0, source, reason]);
}

/** The twelve bytes before the value of a P-DATA-TF PDU that holds one PDV; the value follows as it is. */
export function encodeDataHeader(
  contextId: number,
  kind: Fragment['kind'],
  last: boolean,
  valueLength: number,
): Buffer {
  const header = Buffer.alloc(PDU_HEADER_LENGTH + PDV_HEADER_LENGTH);
  header[0] = PDU_TYPE.P_DATA_TF;
  header.writeUInt32BE(PDV_HEADER_LENGTH + valueLength, 2);
  header.writeUInt32BE(2 + valueLength, 6);
  header[10] = contextId;
  header[11] = (kind === 'command' ? 1 : 0) | (last ? 2 : 0); // PS3.8 E.2
  return header;
}

/**
 * A command or data set as PDUs, each a header and a slice of the message, which is not copied. `maxLength` is what the
 * peer said that it receives (PS3.8 D.1; 0: no limit).
 */
export function* encodeMessage(
  contextId: number,
  kind: Fragment['kind'],
  message: Buffer,
  maxLength: number,
  ownLimit: number,
): Generator<[header: Buffer, value: Buffer]> {
  const room = Math.max(1, (maxLength === 0 ? ownLimit : Math.min(maxLength, ownLimit)) - PDV_HEADER_LENGTH);
  let from = 0;
  do {
    const value = message.subarray(from, from + room);
    from += value.length;
    yield [encodeDataHeader(contextId, kind, from >= message.length, value.length), value];
  } while (from < message.length);
}
