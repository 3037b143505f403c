/** The way into the gateways' own listeners, and into peers that do what gateways do not. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { framedMessage } from '../../../cli/import/framed-message.ts';
import { DryDoor, GatewayDoor } from '../../../cli/import/gateway-door.ts';
import {
  ASSOCIATIONS,
  KINDS_PER_ASSOCIATION,
  MLLP_CONNECTIONS,
  MLLP_IN_FLIGHT,
} from '../../../cli/import/limits.ts';
import { part10Header } from '../../../core/dicom/part10.ts';
import { InterleaveError } from '../../../core/errors.ts';
import { MllpFramer } from '../../../core/hl7/frame.ts';
import { testGateway } from '../../services/dicom-gateway/test-gateway.ts';
import { image, SECONDARY_CAPTURE } from '../../services/dicom-gateway/test-objects.ts';
import { gateway, oru } from '../../services/hl7-gateway/gateway.ts';

function door(t: TestContext, ports: { hl7?: number; dicom?: number }): GatewayDoor {
  const made = new GatewayDoor({
    hl7: { host: '127.0.0.1', port: ports.hl7 ?? 9 },
    dicom: {
      host: '127.0.0.1',
      port: ports.dicom ?? 9,
      calledAeTitle: 'INTERLEAVE',
      callingAeTitle: 'TEST',
    },
    tls: null,
  });
  t.after(() => made.close());
  return made;
}

const fileOf = (object = image()) => Buffer.concat([part10Header(object), object.dataSet]);

async function hl7Gateway(t: TestContext, options: Parameters<typeof gateway>[0] = {}) {
  const made = await gateway(options);
  t.after(() => made.listener.stop());
  return made;
}

test('objects of several kinds go over several associations, each answered for itself', async (t) => {
  const made = await testGateway(t, { sync: false });
  const into = door(t, { dicom: made.port });
  const objects = Array.from({ length: 60 }, (_, n) =>
    image(n % 3 === 0 ? { sopClassUid: SECONDARY_CAPTURE } : {}),
  );
  const outcomes = await Promise.all(objects.map((one, n) => into.object(`${n}`, fileOf(one))));
  assert.deepEqual(
    outcomes.map(({ item, accepted, code }) => [item, accepted, code]),
    objects.map((_, n) => [`${n}`, true, '0000']),
  );
  assert.equal(made.published.length, 60);
  const torn = await into.object('torn', Buffer.from('no DICOM at all'));
  assert.deepEqual([torn.accepted, torn.code], [false, 'DICOM_DATA_SET_UNREADABLE']);
});

test('what the gateway refuses for good is told; what it can take later comes again', async (t) => {
  let away = true;
  const made = await testGateway(t, {
    maxDataSetLength: 100_000,
    publish: () => (away ? Promise.reject(new InterleaveError('KAFKA_UNAVAILABLE')) : Promise.resolve()),
  });
  const into = door(t, { dicom: made.port });
  const large = await into.object('large', fileOf(image({ pixels: Buffer.alloc(200_000) })));
  assert.deepEqual([large.accepted, large.code], [false, 'C001 DICOM_DATA_SET_TOO_LARGE']);
  const object = fileOf();
  await assert.rejects(into.object('later', object), { code: 'KAFKA_UNAVAILABLE', kind: 'retry' });
  away = false;
  assert.equal((await into.object('later', object)).accepted, true);
});

test('a kind that the receiver takes no objects of is told, and does not end the association of others', async (t) => {
  const made = await testGateway(t);
  const into = door(t, { dicom: made.port });
  const odd = { ...image(), transferSyntaxUid: '1.2.3.4.5' };
  const outcome = await into.object('odd', fileOf(odd));
  assert.deepEqual([outcome.accepted, outcome.code], [false, 'DICOM_SEND_REFUSED']);
  assert.equal((await into.object('good', fileOf())).accepted, true);
});

test('a gateway that knows none of our titles ends the import: it is no fault of the object', async (t) => {
  const made = await testGateway(t, { env: { DICOM_CALLING_AE_TITLES: 'OTHER' } });
  await assert.rejects(door(t, { dicom: made.port }).object('1', fileOf()), {
    code: 'DICOM_AE_TITLE_REFUSED',
    kind: 'reject',
  });
});

test('no more associations and connections are open than the limits say', async (t) => {
  let atOnce = 0;
  let most = 0;
  const made = await testGateway(t, {
    sync: false,
    async publish() {
      atOnce += 1;
      most = Math.max(most, atOnce);
      await sleep(5);
      atOnce -= 1;
    },
  });
  const into = door(t, { dicom: made.port });
  await Promise.all(Array.from({ length: 50 }, (_, n) => into.object(`${n}`, fileOf())));
  assert.equal(most, ASSOCIATIONS);

  const sockets = new Set<object>();
  let waiting = 0;
  let mostWaiting = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    const framer = new MllpFramer();
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      for (const { kind } of framer.push(chunk)) {
        if (kind !== 'frame') continue;
        waiting += 1;
        mostWaiting = Math.max(mostWaiting, waiting);
        setTimeout(() => {
          waiting -= 1;
          socket.write('\x0bMSH|^~\\&|||||||ACK|1|P|2.5.1\rMSA|AA|1\r\x1c\r');
        }, 5);
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  const messages = door(t, { hl7: port });
  await Promise.all(Array.from({ length: 100 }, (_, n) => messages.message(`${n}`, oru(`M${n}`))));
  assert.equal(sockets.size, MLLP_CONNECTIONS);
  assert.equal(mostWaiting, MLLP_CONNECTIONS * MLLP_IN_FLIGHT);
});

test('more kinds than an association can propose: the last ones that came are proposed', async (t) => {
  const made = await testGateway(t, { sync: false });
  const into = door(t, { dicom: made.port });
  for (let n = 0; n < KINDS_PER_ASSOCIATION + 5; n++) {
    const odd = await into.object(`${n}`, fileOf(image({ sopClassUid: `1.2.3.4.${n}` })));
    assert.deepEqual([odd.accepted, odd.code], [false, 'DICOM_SEND_REFUSED']);
  }
  assert.equal((await into.object('good', fileOf())).accepted, true);
});

test('an association that ended while nothing was sent is opened anew', async (t) => {
  const first = await testGateway(t);
  const into = door(t, { dicom: first.port });
  assert.equal((await into.object('1', fileOf())).accepted, true);
  await first.stop();
  await assert.rejects(into.object('2', fileOf()), { code: 'DICOM_PEER_UNREACHABLE' });
  const second = await testGateway(t, { env: { DICOM_PORT: String(first.port) } });
  assert.equal((await into.object('2', fileOf())).accepted, true);
  assert.equal(second.published.length, 1);
});

test('messages go in parallel, and each has its own answer', async (t) => {
  const made = await hl7Gateway(t);
  const into = door(t, { hl7: made.port });
  const outcomes = await Promise.all(
    Array.from({ length: 60 }, (_, n) =>
      into.message(
        `${n}`,
        n % 10 === 3 ? Buffer.from('MSH|^~\\&|RIS|CITY\rPID|1\r') : oru(`C${n}`, `A${1000 + n}`),
      ),
    ),
  );
  assert.deepEqual(
    outcomes.filter(({ accepted }) => !accepted).map(({ item }) => item),
    ['3', '13', '23', '33', '43', '53'],
  );
  assert.equal(made.backends.reports.length, 54);
});

test('a message that asks for no answer, or for one in some cases only, is answered all the same', async (t) => {
  const made = await hl7Gateway(t);
  const into = door(t, { hl7: made.port });
  const more = ['|||NE|NE', '|||ER|NE', '|||NE|', '|||SU|SU|DEU'];
  for (const [n, fields] of more.entries()) {
    const outcome = await into.message(fields, oru(`N${n}`, `A${2000 + n}`, 'Clear.', fields));
    assert.deepEqual([outcome.accepted, outcome.code], [true, 'AA'], fields);
  }
  assert.equal(made.backends.reports.length, more.length);
  const plain = oru('P1');
  assert.ok(framedMessage(plain).equals(plain), 'others are sent byte for byte');
});

test('a message that would end its frame early is refused and not sent, or its answers would be taken for others', async (t) => {
  const made = await hl7Gateway(t);
  const into = door(t, { hl7: made.port });
  const broken = Buffer.concat([oru('B1'), Buffer.from([0x1c, 0x0d]), oru('B2')]);
  assert.equal((await into.message('broken', broken)).code, 'HL7_FRAME_BROKEN');
  const written = Buffer.concat([Buffer.from([0x0b]), oru('B3'), Buffer.from([0x1c, 0x0d, 0x0a])]);
  assert.equal((await into.message('with its frame', written)).accepted, true);
  assert.equal(made.backends.reports.length, 1);
});

test('a frame that is too large is refused, and takes no other message with it', async (t) => {
  const made = await hl7Gateway(t, { maxFrameBytes: 100_000 });
  const into = door(t, { hl7: made.port });
  const large = oru('L', 'A3000', 'x'.repeat(2_000_000));
  const outcomes = await Promise.all([
    ...Array.from({ length: 10 }, (_, n) => into.message(`${n}`, oru(`S${n}`, `A${3100 + n}`))),
    into.message('large', large),
    ...Array.from({ length: 10 }, (_, n) => into.message(`1${n}`, oru(`T${n}`, `A${3200 + n}`))),
  ]);
  assert.deepEqual(
    outcomes.filter(({ accepted }) => !accepted).map(({ item, code }) => [item, code]),
    [['large', 'AR 207 HL7_FRAME_TOO_LARGE']],
  );
});

test('an answer of the kind "later", none, and one that cannot be read: the message comes again', async (t) => {
  const busy = await hl7Gateway(t);
  busy.backends.storeError = new InterleaveError('OBJECT_STORE_FULL');
  await assert.rejects(door(t, { hl7: busy.port }).message('1', oru('R1')), { kind: 'retry' });
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.write('\x0bwhat?\x1c\r'));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  await assert.rejects(door(t, { hl7: port }).message('1', oru('R2')), { code: 'MLLP_NO_ANSWER' });
  const nobody = door(t, {});
  await assert.rejects(nobody.message('1', oru('R3')), { code: 'MLLP_UNREACHABLE' });
  await assert.rejects(nobody.object('1', fileOf()), { code: 'DICOM_PEER_UNREACHABLE' });
});

test('a dry run sends nothing and says what can be seen', async () => {
  const dry = new DryDoor();
  assert.equal((await dry.message('1', oru('D1'))).accepted, true);
  assert.equal((await dry.object('2', fileOf())).accepted, true);
  assert.equal((await dry.object('3', Buffer.from('text'))).code, 'DICOM_DATA_SET_UNREADABLE');
});
