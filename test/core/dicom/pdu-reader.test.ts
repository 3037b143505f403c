import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  type AssociateRequest,
  encodeAssociateAccept,
  encodeAssociateRequest,
} from '../../../core/dicom/associate-pdu.ts';
import {
  MAX_ASSOCIATE_LENGTH,
  MAX_PDU_LENGTH,
  MAX_PRESENTATION_CONTEXTS,
  MAX_TRANSFER_SYNTAXES,
} from '../../../core/dicom/limits.ts';
import {
  encodeAbort,
  encodeMessage,
  encodeReject,
  encodeReleaseRequest,
  encodeReleaseResponse,
  type Pdu,
} from '../../../core/dicom/pdu.ts';
import { PduReader } from '../../../core/dicom/pdu-reader.ts';
import { DICOM_APPLICATION_CONTEXT } from '../../../core/dicom/uids.ts';
import { codeOf } from '../../../core/errors.ts';
import { cut } from './data-set-builder.ts';

const REQUEST: AssociateRequest = {
  protocolVersion: 1,
  calledAeTitle: 'INTERLEAVE',
  callingAeTitle: 'MODALITY 1',
  applicationContext: DICOM_APPLICATION_CONTEXT,
  contexts: [
    { id: 1, abstractSyntax: '1.2.840.10008.1.1', transferSyntaxes: ['1.2.840.10008.1.2'] },
    {
      id: 3,
      abstractSyntax: '1.2.840.10008.5.1.4.1.1.2',
      transferSyntaxes: ['1.2.3', '1.2.840.10008.1.2.1'],
    },
  ],
  user: {
    maxLength: 16384,
    implementationClassUid: '1.2.3.4',
    implementationVersionName: 'TEST_1',
    asyncOperations: { invoked: 5, performed: 0 },
    roles: [{ sopClassUid: '1.2.840.10008.5.1.4.1.1.2', scu: true, scp: true }],
  },
};

/** All PDUs of these chunks; fragments of one PDV are put together again. */
function read(chunks: readonly Buffer[], reader = new PduReader()): Pdu[] {
  const pdus: Pdu[] = [];
  for (const chunk of chunks) for (const pdu of reader.push(chunk)) pdus.push(pdu);
  return pdus;
}

function joined(pdus: readonly Pdu[]): unknown[] {
  const out: unknown[] = [];
  let bytes: Buffer[] = [];
  for (const pdu of pdus) {
    if (pdu.type !== 'fragment') {
      out.push(pdu);
      continue;
    }
    bytes.push(pdu.fragment.bytes);
    if (!pdu.fragment.last) continue;
    out.push({ ...pdu.fragment, bytes: Buffer.concat(bytes).toString('hex') });
    bytes = [];
  }
  return out;
}

function message(id: number, kind: 'command' | 'data-set', bytes: Buffer, limit = 64): Buffer {
  return Buffer.concat([...encodeMessage(id, kind, bytes, limit, MAX_PDU_LENGTH)].flat());
}

/** A PDU of any type with a length that is not that of its body. */
function header(type: number, length: number): Buffer {
  const bytes = Buffer.from([type, 0, 0, 0, 0, 0]);
  bytes.writeUInt32BE(length, 2);
  return bytes;
}

function codeOfReading(bytes: Buffer): string {
  try {
    read([bytes]);
    return 'none';
  } catch (error) {
    return codeOf(error);
  }
}

const STREAM = Buffer.concat([
  encodeAssociateRequest(REQUEST),
  message(
    1,
    'command',
    Buffer.from('a command that is longer than one PDV of sixty-four bytes, so that it is cut'),
  ),
  message(3, 'data-set', Buffer.alloc(300, 7)),
  message(3, 'data-set', Buffer.alloc(0)),
  encodeReleaseRequest(),
  encodeReleaseResponse(),
  encodeReject({ result: 2, source: 3, reason: 2 }),
  encodeAbort({ source: 2, reason: 6 }),
]);

describe('PduReader', () => {
  it('reads every PDU type as it was written', () => {
    const pdus = joined(read([STREAM]));
    assert.deepEqual(pdus, [
      { type: 'associate-request', request: REQUEST },
      {
        contextId: 1,
        kind: 'command',
        last: true,
        bytes: Buffer.from(
          'a command that is longer than one PDV of sixty-four bytes, so that it is cut',
        ).toString('hex'),
      },
      { contextId: 3, kind: 'data-set', last: true, bytes: '07'.repeat(300) },
      { contextId: 3, kind: 'data-set', last: true, bytes: '' },
      { type: 'release-request' },
      { type: 'release-response' },
      { type: 'associate-reject', reject: { result: 2, source: 3, reason: 2 } },
      { type: 'abort', abort: { source: 2, reason: 6 } },
    ]);
  });

  it('reads an A-ASSOCIATE-AC', () => {
    const accept = {
      calledAeTitle: 'A',
      callingAeTitle: 'B',
      contexts: [
        { id: 1, result: 0 as const, transferSyntax: '1.2.840.10008.1.2' },
        { id: 3, result: 3 as const, transferSyntax: '1.2.3' },
      ],
      user: REQUEST.user,
    };
    assert.deepEqual(read([encodeAssociateAccept(accept, DICOM_APPLICATION_CONTEXT)]), [
      { type: 'associate-accept', accept },
    ]);
  });

  it('gives the same PDUs however the bytes are cut', () => {
    const whole = joined(read([STREAM]));
    const bytes = [...STREAM].map((byte) => Buffer.from([byte]));
    assert.deepEqual(joined(read(bytes)), whole, 'one byte at a time');
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 40 }), (places) => {
        assert.deepEqual(joined(read(cut(STREAM, places))), whole);
      }),
    );
  });

  it('reads several PDVs of one PDU', () => {
    const first = message(1, 'command', Buffer.from('ab')).subarray(6);
    const second = message(3, 'data-set', Buffer.from('cde')).subarray(6);
    const body = Buffer.concat([first, second]);
    const pdus = joined(read([header(4, body.length), body]));
    assert.deepEqual(pdus, [
      { contextId: 1, kind: 'command', last: true, bytes: '6162' },
      { contextId: 3, kind: 'data-set', last: true, bytes: '636465' },
    ]);
  });

  it('hands the value on without copying it', () => {
    const chunk = message(3, 'data-set', Buffer.alloc(50, 1));
    const [pdu] = read([chunk]);
    assert.ok(pdu?.type === 'fragment' && pdu.fragment.bytes.buffer === chunk.buffer);
  });

  it('refuses what a PDU claims to be longer than, before any of it comes', () => {
    assert.equal(codeOfReading(header(4, 0xffffffff)), 'DICOM_PDU_TOO_LARGE');
    assert.equal(codeOfReading(header(4, MAX_PDU_LENGTH + 1)), 'DICOM_PDU_TOO_LARGE');
    assert.equal(codeOfReading(header(4, MAX_PDU_LENGTH)), 'none');
    assert.equal(codeOfReading(header(1, MAX_ASSOCIATE_LENGTH + 1)), 'DICOM_PDU_TOO_LARGE');
    assert.equal(codeOfReading(header(1, MAX_ASSOCIATE_LENGTH)), 'none');
    assert.equal(codeOfReading(header(2, MAX_ASSOCIATE_LENGTH + 1)), 'DICOM_PDU_TOO_LARGE');
    assert.equal(codeOfReading(header(7, 5)), 'DICOM_PDU_INVALID');
    assert.equal(codeOfReading(header(0, 4)), 'DICOM_PDU_INVALID');
    assert.equal(codeOfReading(header(8, 4)), 'DICOM_PDU_INVALID');
  });

  it('refuses a PDV that does not fit its PDU', () => {
    const pdu = message(1, 'command', Buffer.alloc(10));
    for (const claimed of [0, 1, 13, 0xffffffff]) {
      const broken = Buffer.from(pdu);
      broken.writeUInt32BE(claimed, 6);
      assert.equal(codeOfReading(broken), 'DICOM_PDU_INVALID', String(claimed));
    }
  });

  it('refuses more presentation contexts or transfer syntaxes than there may be', () => {
    const context = (index: number) => ({
      id: (2 * index + 1) % 256,
      abstractSyntax: '1.2',
      transferSyntaxes: ['1.2'],
    });
    const most = Array.from({ length: MAX_PRESENTATION_CONTEXTS }, (_, index) => context(index));
    assert.equal(codeOfReading(encodeAssociateRequest({ ...REQUEST, contexts: most })), 'none');
    const tooMany = [...most, context(0)];
    assert.equal(
      codeOfReading(encodeAssociateRequest({ ...REQUEST, contexts: tooMany })),
      'DICOM_PDU_INVALID',
    );
    const many = (count: number) => [
      { id: 1, abstractSyntax: '1.2', transferSyntaxes: new Array<string>(count).fill('1.2') },
    ];
    const syntaxes = (count: number) =>
      codeOfReading(encodeAssociateRequest({ ...REQUEST, contexts: many(count) }));
    assert.equal(syntaxes(MAX_TRANSFER_SYNTAXES), 'none');
    assert.equal(syntaxes(MAX_TRANSFER_SYNTAXES + 1), 'DICOM_PDU_INVALID');
  });

  it('reads presentation contexts as long as they can be (CVE-2015-8979 was one of them)', () => {
    const long = 'x'.repeat(60_000);
    const contexts = [{ id: 1, abstractSyntax: long, transferSyntaxes: ['1.2'] }];
    const [pdu] = new PduReader().push(encodeAssociateRequest({ ...REQUEST, contexts }));
    assert.equal(pdu?.type, 'associate-request');
    assert.ok((pdu.request.contexts[0]?.abstractSyntax.length ?? 0) <= 65, 'a UID has 64 characters at most');
  });

  it('refuses even and repeated presentation context ids', () => {
    const contexts = (...ids: number[]) =>
      ids.map((id) => ({ id, abstractSyntax: '1.2', transferSyntaxes: ['1.2'] }));
    assert.equal(
      codeOfReading(encodeAssociateRequest({ ...REQUEST, contexts: contexts(2) })),
      'DICOM_PDU_INVALID',
    );
    assert.equal(
      codeOfReading(encodeAssociateRequest({ ...REQUEST, contexts: contexts(1, 1) })),
      'DICOM_PDU_INVALID',
    );
  });

  it('throws nothing but coded errors on garbage, and keeps little of it', () => {
    const coded = new Set(['none', 'DICOM_PDU_INVALID', 'DICOM_PDU_TOO_LARGE']);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        assert.ok(coded.has(codeOfReading(Buffer.from(bytes))));
      }),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(fc.nat(STREAM.length - 1), fc.nat(255), (place, byte) => {
        const damaged = Buffer.from(STREAM);
        damaged[place] = byte;
        assert.ok(coded.has(codeOfReading(damaged)));
      }),
      { numRuns: 1000 },
    );
  });

  it('is idle only between PDUs', () => {
    const reader = new PduReader();
    assert.equal(reader.idle, true);
    read([encodeReleaseRequest().subarray(0, 3)], reader);
    assert.equal(reader.idle, false);
    read([encodeReleaseRequest().subarray(3)], reader);
    assert.equal(reader.idle, true);
  });
});

describe('encodeMessage', () => {
  it('never writes a PDU longer than the peer receives', () => {
    fc.assert(
      fc.property(fc.integer({ min: 8, max: 300 }), fc.nat(2000), (limit, length) => {
        for (const [head, value] of encodeMessage(
          1,
          'data-set',
          Buffer.alloc(length),
          limit,
          MAX_PDU_LENGTH,
        )) {
          assert.ok(head.readUInt32BE(2) <= limit);
          assert.equal(head.readUInt32BE(2), 6 + value.length);
        }
      }),
    );
  });
});
