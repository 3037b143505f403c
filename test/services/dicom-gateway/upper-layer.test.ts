import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import type { DicomObject } from '../../../core/dicom/dicom-object.ts';
import { COMMAND, decodeCommand } from '../../../core/dicom/dimse-command.ts';
import { MAX_COMMAND_LENGTH, MAX_PDU_LENGTH } from '../../../core/dicom/limits.ts';
import {
  encodeAbort,
  encodeDataHeader,
  encodeMessage,
  encodeReleaseRequest,
  type Pdu,
} from '../../../core/dicom/pdu.ts';
import { codeOf } from '../../../core/errors.ts';
import { until } from '../../../harness/until.ts';
import {
  CONNECTION_HEADROOM,
  CONNECTION_HEADROOM_PER_PEER,
  LEAST_BYTES,
} from '../../../services/dicom-gateway/limits.ts';
import { associateRequest, CT_CONTEXT, command, ECHO, ECHO_CONTEXT, RawPeer } from './raw-peer.ts';
import { connect, testGateway } from './test-gateway.ts';
import { CT, image } from './test-objects.ts';

const FIND = 0x0020;
const ABORTED = (reason: number) => ({ type: 'abort', abort: { source: 2, reason } });

function status(pdu: Pdu | null): number {
  assert.equal(pdu?.type, 'fragment');
  return decodeCommand(pdu.fragment.bytes).status;
}

describe('an association', () => {
  it('echoes, and is released in good order', async (t) => {
    const gateway = await testGateway(t);
    const sender = await gateway.connect();
    assert.deepEqual(await sender.echo(), { status: 0 });
    assert.deepEqual(await sender.echo(), { status: 0 });
    await sender.release();
    await until(() => gateway.ended.length === 1, 5_000);
    assert.deepEqual(gateway.ended, [{ outcome: 'released', problem: null }]);
  });

  it('answers what it does not know as unrecognised, with or without a data set', async (t) => {
    const gateway = await testGateway(t);
    const peer = await RawPeer.associate(gateway.port);
    peer.send(ECHO_CONTEXT, 'command', command(FIND, '1.2.3'));
    assert.equal(status(await peer.read()), 0x0211);
    peer.send(CT_CONTEXT, 'command', command(FIND, CT, '', true));
    peer.send(CT_CONTEXT, 'data-set', Buffer.alloc(50_000));
    assert.equal(status(await peer.read()), 0x0211);
    peer.send(ECHO_CONTEXT, 'command', ECHO);
    assert.equal(status(await peer.read()), 0);
    peer.close();
  });

  it('refuses a C-STORE of another SOP class than the context is for', async (t) => {
    const gateway = await testGateway(t);
    const peer = await RawPeer.associate(gateway.port);
    peer.send(CT_CONTEXT, 'command', command(COMMAND.C_STORE_RQ, '1.2.840.10008.5.1.4.1.1.4', '1.2.3', true));
    peer.send(CT_CONTEXT, 'data-set', Buffer.alloc(100));
    assert.equal(status(await peer.read()), 0x0122);
    peer.send(CT_CONTEXT, 'command', command(COMMAND.C_STORE_RQ, CT, '1.2.3', false));
    assert.equal(status(await peer.read()), 0xc000, 'a C-STORE without a data set');
    peer.close();
  });

  it('answers messages in order when they come all at once', async (t) => {
    const object = image();
    const gateway = await testGateway(t);
    const peer = await RawPeer.associate(gateway.port);
    const store = command(COMMAND.C_STORE_RQ, CT, object.sopInstanceUid, true);
    peer.socket.cork();
    for (let i = 0; i < 3; i += 1) {
      peer.send(CT_CONTEXT, 'command', store);
      peer.send(CT_CONTEXT, 'data-set', object.dataSet);
      peer.send(ECHO_CONTEXT, 'command', ECHO);
    }
    peer.socket.uncork();
    for (let i = 0; i < 6; i += 1) assert.equal(status(await peer.read()), 0);
    peer.close();
  });

  it('reads bytes one at a time', async (t) => {
    const gateway = await testGateway(t);
    const peer = await RawPeer.connect(gateway.port);
    for (const byte of associateRequest()) peer.socket.write(Buffer.from([byte]));
    assert.equal((await peer.read())?.type, 'associate-accept');
    peer.socket.write(encodeReleaseRequest());
    assert.equal((await peer.read())?.type, 'release-response');
    peer.close();
  });
});

describe('B5.3 an association is aborted', () => {
  const cases: [string, (peer: RawPeer) => void, number, string][] = [
    [
      'by a PDU longer than was negotiated, before it comes',
      (peer) => peer.socket.write(encodeDataHeader(CT_CONTEXT, 'data-set', false, MAX_PDU_LENGTH - 5)),
      6,
      'DICOM_PDU_TOO_LARGE',
    ],
    [
      'by a PDU that claims 4 GiB, at its header',
      (peer) => peer.socket.write(Buffer.from([4, 0, 0xff, 0xff, 0xff, 0xff])),
      6,
      'DICOM_PDU_TOO_LARGE',
    ],
    [
      'by an A-ASSOCIATE-RQ that claims 4 GiB, at its header',
      (peer) => peer.socket.write(Buffer.from([1, 0, 0xff, 0xff, 0xff, 0xff])),
      6,
      'DICOM_PDU_TOO_LARGE',
    ],
    [
      'by an unknown PDU',
      (peer) => peer.socket.write(Buffer.from([9, 0, 0, 0, 0, 4, 0, 0])),
      1,
      'DICOM_PDU_INVALID',
    ],
    ['by a second A-ASSOCIATE-RQ', (peer) => peer.socket.write(associateRequest()), 2, 'DICOM_PDU_INVALID'],
    ['by a context that was not accepted', (peer) => peer.send(77, 'command', ECHO), 1, 'DICOM_PDU_INVALID'],
    [
      'by a data set without a command',
      (peer) => peer.send(CT_CONTEXT, 'data-set', Buffer.alloc(4)),
      1,
      'DICOM_PDU_INVALID',
    ],
    [
      'by a command where a data set is due',
      (peer) => {
        peer.send(CT_CONTEXT, 'command', command(COMMAND.C_STORE_RQ, CT, '1.2.3', true));
        peer.send(ECHO_CONTEXT, 'command', ECHO);
      },
      1,
      'DICOM_PDU_INVALID',
    ],
    [
      'by a command that is too long',
      (peer) => peer.send(ECHO_CONTEXT, 'command', Buffer.alloc(MAX_COMMAND_LENGTH + 1)),
      6,
      'DICOM_COMMAND_INVALID',
    ],
    [
      'by a command that cannot be read',
      (peer) => peer.send(ECHO_CONTEXT, 'command', Buffer.alloc(9)),
      6,
      'DICOM_COMMAND_INVALID',
    ],
    [
      'by a response',
      (peer) => peer.send(ECHO_CONTEXT, 'command', command(0x8030, '1.2')),
      6,
      'DICOM_COMMAND_INVALID',
    ],
  ];
  for (const [name, act, reason, problem] of cases) {
    it(name, async (t) => {
      const gateway = await testGateway(t);
      const peer = await RawPeer.associate(gateway.port);
      act(peer);
      assert.deepEqual(await peer.read(), ABORTED(reason));
      peer.close();
      await until(() => gateway.ended.length === 1, 5_000);
      assert.deepEqual(gateway.ended, [{ outcome: 'aborted', problem }]);
    });
  }

  it('by data before there is one', async (t) => {
    const gateway = await testGateway(t);
    const peer = await RawPeer.connect(gateway.port);
    peer.send(ECHO_CONTEXT, 'command', ECHO);
    assert.deepEqual(await peer.read(), ABORTED(2));
    peer.close();
  });

  it('when the peer leaves its answers unread', async (t) => {
    const gateway = await testGateway(t);
    const peer = await RawPeer.associate(gateway.port);
    peer.socket.pause();
    const many = Buffer.concat(
      new Array(1_000).fill(Buffer.concat([encodeDataHeader(1, 'command', true, ECHO.length), ECHO])),
    );
    for (let i = 0; i < 200 && gateway.ended.length === 0; i += 1) {
      if (!peer.socket.destroyed) peer.socket.write(many);
      await sleep(5);
    }
    await until(() => gateway.ended.length === 1, 10_000);
    peer.close();
    assert.deepEqual(gateway.ended, [{ outcome: 'aborted', problem: 'DICOM_TIMEOUT' }]);
  });
});

describe('B5.3 the timers', () => {
  it('cut off who connects and says too little (ARTIM), however slowly it drips', async (t) => {
    const gateway = await testGateway(t, { env: { DICOM_ARTIM_MS: '300' } });
    const silent = await RawPeer.connect(gateway.port);
    const dripping = await RawPeer.connect(gateway.port);
    const started = Date.now();
    const bytes = associateRequest();
    let sent = 0;
    const drip = setInterval(() => dripping.socket.write(bytes.subarray(sent, ++sent)), 20);
    assert.equal(await silent.read(), null);
    assert.equal(await dripping.read(), null);
    clearInterval(drip);
    assert.ok(Date.now() - started >= 290);
    await until(() => gateway.ended.length === 2, 5_000);
    assert.deepEqual(gateway.ended[0], { outcome: 'timed-out', problem: 'DICOM_TIMEOUT' });
  });

  it('abort an association on which nothing comes', async (t) => {
    const gateway = await testGateway(t, { env: { DICOM_IDLE_MS: '300' } });
    const peer = await RawPeer.associate(gateway.port);
    const started = Date.now();
    assert.deepEqual(await peer.read(), ABORTED(0));
    assert.ok(Date.now() - started >= 290);
    peer.close();
    await until(() => gateway.ended.length === 1, 5_000);
    assert.deepEqual(gateway.ended, [{ outcome: 'timed-out', problem: 'DICOM_TIMEOUT' }]);
  });

  it('abort an association whose message drips, whole PDUs or not; messages keep it open', async (t) => {
    const gateway = await testGateway(t, { env: { DICOM_IDLE_MS: '400' } });
    const store = command(COMMAND.C_STORE_RQ, CT, '1.2.3', true);
    const drips: [string, Buffer][] = [
      [
        'bytes of a PDU',
        Buffer.concat([encodeDataHeader(CT_CONTEXT, 'data-set', false, 10_000), Buffer.alloc(10_000)]),
      ],
      [
        'small PDUs',
        Buffer.concat(
          new Array(1_000).fill(
            Buffer.concat([encodeDataHeader(CT_CONTEXT, 'data-set', false, 1), Buffer.alloc(1)]),
          ),
        ),
      ],
    ];
    for (const [name, bytes] of drips) {
      const peer = await RawPeer.associate(gateway.port);
      peer.send(CT_CONTEXT, 'command', store);
      const size = 13; // of a PDU with one byte
      let sent = 0;
      const drip = setInterval(() => {
        peer.socket.write(bytes.subarray(sent, sent + size));
        sent += size;
      }, 40);
      assert.deepEqual(await peer.read(), ABORTED(0), name);
      clearInterval(drip);
      peer.close();
    }
    const working = await RawPeer.associate(gateway.port);
    for (let n = 0; n < 8; n += 1) {
      await sleep(100);
      working.send(ECHO_CONTEXT, 'command', ECHO);
      assert.equal(status(await working.read()), 0);
    }
    working.close();
  });

  it(`do not end a message of which ${LEAST_BYTES} bytes come in that time`, async (t) => {
    const gateway = await testGateway(t, { env: { DICOM_IDLE_MS: '500' } });
    const peer = await RawPeer.associate(gateway.port);
    peer.send(CT_CONTEXT, 'command', command(COMMAND.C_STORE_RQ, CT, '1.2.3', true));
    const part = Buffer.concat([
      encodeDataHeader(CT_CONTEXT, 'data-set', false, LEAST_BYTES / 2),
      Buffer.alloc(LEAST_BYTES / 2),
    ]);
    for (let n = 0; n < 10; n += 1) {
      await sleep(100);
      peer.socket.write(part);
    }
    assert.deepEqual(gateway.ended, []);
    peer.close();
  });

  it('do not count the time that our own work takes', async (t) => {
    const object = image();
    const gateway = await testGateway(t, { env: { DICOM_IDLE_MS: '100' }, publish: () => sleep(500) });
    const sender = await gateway.connect(object);
    assert.equal((await sender.store(object)).status, 0);
    assert.equal((await sender.store(object)).status, 0);
    await sender.release();
  });

  it('do not wait for ever for a peer that does not close', async (t) => {
    const gateway = await testGateway(t, { env: { DICOM_ARTIM_MS: '300' } });
    const peer = await RawPeer.associate(gateway.port);
    peer.socket.allowHalfOpen = true;
    peer.socket.write(encodeReleaseRequest());
    await until(() => gateway.ended.length === 1, 5_000);
    assert.deepEqual(gateway.ended, [{ outcome: 'released', problem: null }]);
    peer.close();
  });
});

describe('B5.2 the places', () => {
  it('are so many for all', async (t) => {
    const gateway = await testGateway(t, { env: { DICOM_MAX_ASSOCIATIONS: '2' } });
    const first = await gateway.connect();
    const second = await gateway.connect();
    await assert.rejects(gateway.connect(), (error: Error) => {
      assert.match(error.message, /result 2, source 3, reason 2/);
      return codeOf(error) === 'DICOM_ASSOCIATION_LIMIT';
    });
    await first.release();
    const third = await gateway.connect();
    await second.release();
    await third.release();
  });

  it('are so many for one host', async (t) => {
    const gateway = await testGateway(t, { env: { DICOM_MAX_ASSOCIATIONS_PER_PEER: '1' } });
    const first = await gateway.connect();
    await assert.rejects(gateway.connect(), (error) => codeOf(error) === 'DICOM_ASSOCIATION_LIMIT');
    first.abort();
    await until(() => gateway.ended.some((end) => end.outcome === 'aborted-by-peer'), 5_000);
    await (await gateway.connect()).release();
  });

  it('are not waited for by more connections than there is headroom', async (t) => {
    const env = { DICOM_MAX_ASSOCIATIONS: '1', DICOM_MAX_ASSOCIATIONS_PER_PEER: '100' };
    const gateway = await testGateway(t, { env });
    const waiting = await Promise.all(
      Array.from({ length: CONNECTION_HEADROOM + 1 }, () => RawPeer.connect(gateway.port)),
    );
    const dropped = await RawPeer.connect(gateway.port);
    assert.equal(await dropped.read(), null);
    assert.deepEqual(gateway.dropped, ['DICOM_ASSOCIATION_LIMIT']);
    for (const peer of waiting) peer.close();
  });

  it('are for those whom the site lists', async (t) => {
    const gateway = await testGateway(t, { env: { DICOM_CALLING_AE_TITLES: 'PACS,OTHER' } });
    await assert.rejects(gateway.connect(), (error) => codeOf(error) === 'DICOM_AE_TITLE_REFUSED');
    const called = await testGateway(t, {
      env: { DICOM_AE_TITLE: 'ELSEWHERE', DICOM_CHECK_CALLED_AE_TITLE: 'true' },
    });
    await assert.rejects(called.connect(), (error) => codeOf(error) === 'DICOM_AE_TITLE_REFUSED');
  });
});

describe('B5.3 hosts', () => {
  it('that the site does not list are closed without a word', async (t) => {
    const gateway = await testGateway(t, { env: { DICOM_PEERS: '10.0.0.0/8,fd00::/8' } });
    const peer = await RawPeer.connect(gateway.port);
    assert.equal(await peer.read(), null);
    assert.deepEqual(gateway.dropped, ['DICOM_PEER_REFUSED']);
    const open = await testGateway(t, { env: { DICOM_PEERS: '127.0.0.1' } });
    await (await open.connect()).release();
  });

  it('that only connect cannot keep others out', async (t) => {
    const env = { DICOM_MAX_ASSOCIATIONS_PER_PEER: '2' };
    const gateway = await testGateway(t, { env });
    const silent = await Promise.all(
      Array.from({ length: 2 + CONNECTION_HEADROOM_PER_PEER }, () => RawPeer.connect(gateway.port)),
    );
    const dropped = await RawPeer.connect(gateway.port);
    assert.equal(await dropped.read(), null);
    assert.deepEqual(gateway.dropped, ['DICOM_ASSOCIATION_LIMIT']);
    for (const peer of silent) peer.close();
    await until(() => gateway.ended.length === silent.length, 5_000);
    await (await gateway.connect()).release();
  });
});

describe('the end of a connection', () => {
  it('at any byte leaves nothing behind and hurts no other', async (t) => {
    const object = image({ pixels: Buffer.alloc(3_000, 5) });
    const gateway = await testGateway(t);
    const bytes = conversation(object);
    const ends = [...Array(40).keys()].map((n) => Math.floor((n * bytes.length) / 39));
    for (const end of ends)
      for (const how of ['close', 'abort', 'reset'] as const) {
        const peer = await RawPeer.connect(gateway.port);
        peer.socket.resume();
        peer.socket.write(bytes.subarray(0, end));
        if (how === 'abort') peer.socket.end(encodeAbort({ source: 0, reason: 0 }));
        else if (how === 'reset') peer.socket.resetAndDestroy();
        else peer.socket.end();
      }
    await until(() => gateway.ended.length === ends.length * 3, 20_000);
    assert.deepEqual(await gateway.incoming(), []);
    for (const { outcome } of gateway.ended)
      assert.ok(['lost', 'aborted', 'aborted-by-peer', 'released'].includes(outcome), outcome);
    const sender = await gateway.connect(object);
    assert.equal((await sender.store(object)).status, 0);
    await sender.release();
  });
});

/** What a sender says from its first byte to its last: one C-STORE and a release. */
function conversation(object: DicomObject): Buffer {
  const store = command(COMMAND.C_STORE_RQ, CT, object.sopInstanceUid, true);
  const pdus = [
    ...encodeMessage(CT_CONTEXT, 'command', store, 0, MAX_PDU_LENGTH),
    ...encodeMessage(CT_CONTEXT, 'data-set', object.dataSet, 1_000, MAX_PDU_LENGTH),
  ];
  return Buffer.concat([associateRequest(), ...pdus.flat(), encodeReleaseRequest()]);
}

describe('stopping', () => {
  it('answers the message that is under way, and ends the association', async (t) => {
    const object = image();
    let publishing = false;
    const publish = async () => {
      publishing = true;
      await sleep(300);
    };
    const gateway = await testGateway(t, { publish });
    const sender = await gateway.connect(object);
    const answer = sender.store(object);
    await until(() => publishing, 5_000);
    const stopped = gateway.stop();
    assert.equal((await answer).status, 0);
    await stopped;
    assert.deepEqual(gateway.ended, [{ outcome: 'stopped', problem: null }]);
    await assert.rejects(sender.echo());
    await assert.rejects(connect(gateway.port), (error) => codeOf(error) === 'DICOM_PEER_UNREACHABLE');
  });
});

describe('garbage', () => {
  it('ends its own connection and hurts no other', async (t) => {
    const gateway = await testGateway(t);
    const sender = await gateway.connect();
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.boolean(), async (bytes, associated) => {
        const peer = associated ? await RawPeer.associate(gateway.port) : await RawPeer.connect(gateway.port);
        peer.socket.end(bytes);
        for (let pdu = await peer.read(); pdu !== null; pdu = await peer.read());
      }),
      { numRuns: 100 },
    );
    assert.deepEqual(await sender.echo(), { status: 0 });
    await sender.release();
    await until(() => gateway.ended.length === 101, 5_000);
  });
});

describe('a slow disk', () => {
  it('slows the sender down: little is held in memory', async (t) => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const gateway = await testGateway(t, {
      wrap: (store) =>
        Object.assign(Object.create(store) as typeof store, {
          writer: async () => {
            await held;
            return store.writer();
          },
          note: store.note.bind(store),
        }),
    });
    const object = image({ pixels: Buffer.alloc(64 * 1024 * 1024) });
    const peer = await RawPeer.associate(gateway.port);
    peer.send(CT_CONTEXT, 'command', command(COMMAND.C_STORE_RQ, CT, object.sopInstanceUid, true));
    peer.send(CT_CONTEXT, 'data-set', object.dataSet);
    await sleep(1_000);
    const taken = peer.socket.bytesWritten - peer.socket.writableLength;
    assert.ok(taken < 20 * 1024 * 1024, `${taken} bytes were taken`); // what the kernel buffers on loopback
    release();
    assert.equal(status(await peer.read()), 0);
    peer.close();
  });
});
