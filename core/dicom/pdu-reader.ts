/**
 * Reads PDUs from a stream of chunks of any size. The length that a PDU claims is checked before anything of it is
 * kept, and the values of P-DATA-TF PDUs are handed on as slices of the chunks: what is buffered is never more than one
 * A-ASSOCIATE PDU, and no byte of a data set is copied.
 */
import { InterleaveError } from '../errors.ts';
import { decodeAssociateAccept, decodeAssociateRequest } from './associate-pdu.ts';
import { MAX_ASSOCIATE_LENGTH, MAX_PDU_LENGTH } from './limits.ts';
import type { Pdu } from './pdu.ts';
import { PDU_HEADER_LENGTH, PDU_TYPE, PDV_HEADER_LENGTH } from './pdu-type.ts';

type State = 'pdu-header' | 'body' | 'pdv-header' | 'value';

export class PduReader {
  readonly #maxPduLength: number;
  #state: State = 'pdu-header';
  /** the header or body that is being collected, and how much of it is there */
  #buffer: Buffer = Buffer.alloc(PDU_HEADER_LENGTH);
  #filled = 0;
  #type = 0;
  /** bytes of the P-DATA-TF PDU that are still to come */
  #pduLeft = 0;
  /** bytes of the PDV's value that are still to come */
  #valueLeft = 0;
  #contextId = 0;
  #control = 0;

  constructor(maxPduLength = MAX_PDU_LENGTH) {
    this.#maxPduLength = maxPduLength;
  }

  /** True between two PDUs: the only place where a peer may close without cutting something off. */
  get idle(): boolean {
    return this.#state === 'pdu-header' && this.#filled === 0;
  }

  /**
   * The PDUs, and pieces of PDVs, that this chunk completes. Throws DICOM_PDU_INVALID or DICOM_PDU_TOO_LARGE, after
   * which the stream cannot be read on.
   */
  *push(chunk: Buffer): Generator<Pdu> {
    for (let at = 0; at < chunk.length; ) {
      if (this.#state === 'value') {
        const bytes = chunk.subarray(at, at + this.#valueLeft);
        at += bytes.length;
        yield this.#value(bytes);
        continue;
      }
      const taken = chunk.copy(this.#buffer, this.#filled, at);
      at += taken;
      this.#filled += taken;
      if (this.#filled < this.#buffer.length) return;
      const pdu = this.#collected(this.#buffer);
      if (pdu !== null) yield pdu;
    }
  }

  /** What was waited for is here: the next state, and the PDU that it completes if it does. */
  #collected(bytes: Buffer): Pdu | null {
    if (this.#state === 'pdu-header') return this.#pduHeader(bytes);
    if (this.#state === 'pdv-header') return this.#pdvHeader(bytes);
    this.#collect('pdu-header', PDU_HEADER_LENGTH);
    return decodeBody(this.#type, bytes);
  }

  #pduHeader(header: Buffer): null {
    this.#type = header[0] ?? 0;
    const length = header.readUInt32BE(2);
    checkLength(this.#type, length, this.#maxPduLength);
    if (this.#type === PDU_TYPE.P_DATA_TF) {
      this.#pduLeft = length;
      this.#collect('pdv-header', PDV_HEADER_LENGTH);
    } else {
      this.#collect('body', length);
    }
    return null;
  }

  #pdvHeader(header: Buffer): Pdu | null {
    const length = header.readUInt32BE(0);
    if (length < 2 || length + 4 > this.#pduLeft) throw invalid('a PDV is longer than its PDU, or too short');
    this.#contextId = header[4] ?? 0;
    this.#control = header[5] ?? 0;
    this.#pduLeft -= PDV_HEADER_LENGTH;
    this.#valueLeft = length - 2;
    this.#state = 'value';
    return this.#valueLeft === 0 ? this.#value(Buffer.alloc(0)) : null;
  }

  #value(bytes: Buffer): Pdu {
    this.#valueLeft -= bytes.length;
    this.#pduLeft -= bytes.length;
    const complete = this.#valueLeft === 0;
    if (complete) this.#endOfValue();
    const kind = (this.#control & 1) === 1 ? 'command' : 'data-set'; // PS3.8 E.2
    const last = complete && (this.#control & 2) === 2;
    return { type: 'fragment', fragment: { contextId: this.#contextId, kind, last, bytes } };
  }

  #endOfValue(): void {
    if (this.#pduLeft === 0) this.#collect('pdu-header', PDU_HEADER_LENGTH);
    else if (this.#pduLeft >= PDV_HEADER_LENGTH) this.#collect('pdv-header', PDV_HEADER_LENGTH);
    else throw invalid('a PDU ends within a PDV header');
  }

  #collect(state: State, length: number): void {
    this.#state = state;
    this.#filled = 0;
    // A fresh buffer for a body (the decoder keeps slices of it); the small headers share one.
    if (state === 'body' || this.#buffer.length !== length) this.#buffer = Buffer.alloc(length);
  }
}

/** The four short PDUs have exactly four bytes (PS3.8 9.3.4, 9.3.6 to 9.3.8). */
function checkLength(type: number, length: number, maxPduLength: number): void {
  switch (type) {
    case PDU_TYPE.ASSOCIATE_RQ:
    case PDU_TYPE.ASSOCIATE_AC:
      if (length > MAX_ASSOCIATE_LENGTH) throw tooLarge(length);
      if (length === 0) throw invalid('A-ASSOCIATE is empty');
      return;
    case PDU_TYPE.P_DATA_TF:
      if (length > maxPduLength) throw tooLarge(length);
      if (length < PDV_HEADER_LENGTH) throw invalid('P-DATA-TF holds no PDV');
      return;
    case PDU_TYPE.ASSOCIATE_RJ:
    case PDU_TYPE.RELEASE_RQ:
    case PDU_TYPE.RELEASE_RP:
    case PDU_TYPE.ABORT:
      if (length !== 4) throw invalid('a PDU of four bytes has another length');
      return;
    default:
      throw invalid('unknown PDU type');
  }
}

function decodeBody(type: number, body: Buffer): Pdu {
  switch (type) {
    case PDU_TYPE.ASSOCIATE_RQ:
      return { type: 'associate-request', request: decodeAssociateRequest(body) };
    case PDU_TYPE.ASSOCIATE_AC:
      return { type: 'associate-accept', accept: decodeAssociateAccept(body) };
    case PDU_TYPE.ASSOCIATE_RJ:
      return {
        type: 'associate-reject',
        reject: { result: body[1] ?? 0, source: body[2] ?? 0, reason: body[3] ?? 0 },
      };
    case PDU_TYPE.RELEASE_RQ:
      return { type: 'release-request' };
    case PDU_TYPE.RELEASE_RP:
      return { type: 'release-response' };
    default:
      return { type: 'abort', abort: { source: body[2] ?? 0, reason: body[3] ?? 0 } };
  }
}

function invalid(detail: string): InterleaveError {
  return new InterleaveError('DICOM_PDU_INVALID', detail);
}

function tooLarge(length: number): InterleaveError {
  return new InterleaveError('DICOM_PDU_TOO_LARGE', `The PDU claims ${length} bytes.`);
}
