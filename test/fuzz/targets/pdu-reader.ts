import assert from 'node:assert/strict';
import { encodeAssociateRequest } from '../../../core/dicom/associate-pdu.ts';
import { negotiate } from '../../../core/dicom/association.ts';
import { MAX_ASSOCIATE_LENGTH, MAX_PDU_LENGTH } from '../../../core/dicom/limits.ts';
import type { Pdu } from '../../../core/dicom/pdu.ts';
import { encodeAbort, encodeDataHeader, encodeReleaseRequest } from '../../../core/dicom/pdu.ts';
import { PduReader } from '../../../core/dicom/pdu-reader.ts';
import { DICOM_APPLICATION_CONTEXT, TRANSFER_SYNTAX, VERIFICATION } from '../../../core/dicom/uids.ts';
import type { ErrorCode } from '../../../core/errors.ts';
import { coded, roughly } from '../coded.ts';
import { chunked, insert } from '../mutate.ts';
import type { FuzzTarget, Mutation } from '../target.ts';

const POLICY = { callingAeTitles: [], calledAeTitles: [], extraSopClasses: [] };

/** The length of one PDU in the stream becomes another. */
const pduLength: Mutation = (input, random) => {
  const starts: number[] = [];
  for (let at = 0; at + 6 <= input.length && starts.length < 64; at += 6 + input.readUInt32BE(at + 2))
    starts.push(at);
  const at = starts[random.integer(0, starts.length - 1)];
  if (at === undefined) return input;
  const copy = Buffer.from(input);
  const length = random.pick([
    0,
    1,
    4,
    6,
    MAX_ASSOCIATE_LENGTH + 1,
    MAX_PDU_LENGTH,
    MAX_PDU_LENGTH + 1,
    0xffffffff,
  ]);
  copy.writeUInt32BE(
    random.next() < 0.5 ? length : (copy.readUInt32BE(at + 2) + random.integer(-3, 3)) >>> 0,
    at + 2,
  );
  return copy;
};

const dataPdu: Mutation = (input, random) => {
  const value = Buffer.alloc(random.integer(0, 64), random.integer(0, 255));
  const kind = random.next() < 0.5 ? 'command' : 'data-set';
  const header = encodeDataHeader(random.integer(0, 255), kind, random.next() < 0.5, value.length);
  return insert(input, Buffer.concat([header, value]), random);
};

const associate: Mutation = (input, random) =>
  Buffer.concat([
    encodeAssociateRequest({
      protocolVersion: 1,
      calledAeTitle: 'INTERLEAVE',
      callingAeTitle: 'FUZZ',
      applicationContext: DICOM_APPLICATION_CONTEXT,
      contexts: Array.from({ length: random.integer(0, 5) }, (_, n) => ({
        id: 2 * n + 1,
        abstractSyntax: VERIFICATION,
        transferSyntaxes: [TRANSFER_SYNTAX.IMPLICIT_LITTLE, TRANSFER_SYNTAX.EXPLICIT_LITTLE],
      })),
      user: {
        maxLength: 16_384,
        implementationClassUid: '1.2.3',
        implementationVersionName: 'FUZZ',
        asyncOperations: null,
        roles: [],
      },
    }),
    input,
  ]);

export const pduReader: FuzzTarget = {
  name: 'pdu-reader',
  tokens: [
    encodeReleaseRequest(),
    encodeAbort({ source: 2, reason: 1 }),
    Buffer.from([4, 0, 0, 0, 0, 6, 0, 0, 0, 2, 1, 3]),
    Buffer.from([0x10, 0, 0, 4, 0x31, 0x2e, 0x32, 0]),
    Buffer.from([0x20, 0, 0, 4, 1, 0, 0, 0]),
    Buffer.from([0x30, 0, 0, 2]),
    Buffer.from([0x40, 0, 0, 2]),
    Buffer.from([0x50, 0, 0, 8]),
    Buffer.from([0x51, 0, 0, 4, 0xff, 0xff, 0xff, 0xff]),
    Buffer.from([0x53, 0, 0, 4, 0, 1, 0, 1]),
    Buffer.from([0x54, 0, 0, 6, 0, 2, 0x31, 0x32, 1, 1]),
    Buffer.from([0x58, 0, 0, 4, 1, 1, 0, 0]),
  ],
  mutations: [pduLength, pduLength, dataPdu, associate],
  realSeeds: async () => [],

  /** Any chunking gives the same whole PDUs and the same error; a piece of a data set is never longer than its PDU may be. */
  check(input, random) {
    const whole = read([input]);
    assert.deepEqual(read(chunked(input, random)), whole);
    const ways = whole.pdus.slice(0, 6).map((pdu) => {
      if (pdu.type === 'fragment') return `${pdu.fragment.kind}${roughly(pdu.fragment.bytes.length)}`;
      if (pdu.type !== 'associate-request') return pdu.type;
      const { accepted } = negotiate(pdu.request, POLICY);
      return `rq${roughly(pdu.request.contexts.length)}${accepted}`;
    });
    return `${ways.join(' ')} ${whole.code}`;
  },
};

function read(chunks: Iterable<Buffer>): { pdus: Pdu[]; code: ErrorCode | null } {
  const reader = new PduReader();
  const pdus: Pdu[] = [];
  const { code } = coded(() => {
    for (const chunk of chunks)
      for (const pdu of reader.push(chunk)) {
        if (pdu.type === 'fragment') assert.ok(pdu.fragment.bytes.length <= MAX_PDU_LENGTH);
        pdus.push(pdu.type === 'fragment' ? { ...pdu, fragment: { ...pdu.fragment } } : pdu);
      }
  });
  const whole = joined(pdus);
  // How much of a value is handed out before its PDU turns out to be wrong follows the chunks; the association ends there.
  while (code !== null && isUnfinished(whole.at(-1))) whole.pop();
  return { pdus: whole, code };
}

const isUnfinished = (pdu: Pdu | undefined) => pdu?.type === 'fragment' && !pdu.fragment.last;

/** Pieces of one value in one, as long as it has not ended; how a value is cut follows the chunks. */
function joined(pdus: readonly Pdu[]): Pdu[] {
  const result: Pdu[] = [];
  for (const pdu of pdus) {
    const last = result.at(-1);
    if (
      pdu.type === 'fragment' &&
      last?.type === 'fragment' &&
      !last.fragment.last &&
      last.fragment.kind === pdu.fragment.kind &&
      last.fragment.contextId === pdu.fragment.contextId
    ) {
      last.fragment = { ...pdu.fragment, bytes: Buffer.concat([last.fragment.bytes, pdu.fragment.bytes]) };
    } else result.push(pdu);
  }
  return result;
}
