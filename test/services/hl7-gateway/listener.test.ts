import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { MllpSender } from '../../../clients/mllp-sender.ts';
import { InterleaveError } from '../../../core/errors.ts';
import { parseAcknowledgement } from '../../../core/hl7/acknowledgement.ts';
import { UNKNOWN_CASE } from '../../../platform/kafka/dead-letter.ts';
import type { Documents } from '../../../services/hl7-gateway/documents.ts';
import {
  END_BLOCK_GRACE_MS,
  MAX_FAULTS_PER_CONNECTION,
  MAX_IN_FLIGHT_PER_CONNECTION,
} from '../../../services/hl7-gateway/limits.ts';
import { UnfinishedFrames } from '../../../services/hl7-gateway/unfinished-frames.ts';
import { framed, gateway, oru, RawClient, type TestGateway, until } from './gateway.ts';

const open: { stop(): Promise<void> }[] = [];

async function started(options: Parameters<typeof gateway>[0] = {}): Promise<TestGateway> {
  const made = await gateway(options);
  open.push(made.listener);
  return made;
}

async function client(port: number): Promise<RawClient> {
  const made = await RawClient.open(port);
  open.push({ stop: async () => void made.socket.destroy() });
  return made;
}

afterEach(async () => {
  await Promise.all(
    open
      .splice(0)
      .reverse()
      .map((one) => one.stop()),
  );
});

describe('answers', () => {
  it('the message is stored and its event sent before AA', async () => {
    const { port, backends } = await started();
    const raw = await client(port);
    const message = oru('C1');
    raw.write(framed(message));
    assert.deepEqual(await raw.read(1), ['AA C1']);
    const [event] = backends.reports;
    assert.ok(event);
    assert.deepEqual(backends.journal, [`stored ${event.caseId}`, `sent ${event.caseId}`]);
    assert.deepEqual(backends.objects.get(`${event.caseId}/${event.raw.sha256}`), message);
    assert.equal(event.raw.sha256, event.digest);
    assert.equal(event.raw.size, message.length);
  });

  it('enhanced mode is answered with CA, and not at all where MSH-15 says NE', async () => {
    const { port, backends } = await started();
    const raw = await client(port);
    raw.write(framed(oru('C1', 'A10001', 'x', '|||NE|NE'), oru('C2', 'A10002', 'x', '|||AL|NE')));
    assert.deepEqual(await raw.read(1), ['CA C2']);
    await until(() => backends.reports.length === 2);
  });

  it('B2.11: pipelined messages are answered in order, and go to Kafka in order, whatever takes longer', async () => {
    const { port, backends } = await started();
    backends.storeDelay = (bytes) => (bytes.includes('C0|') ? 60 : bytes.includes('C2|') ? 30 : 0);
    const raw = await client(port);
    const messages = [0, 1, 2, 3].map((n) => oru(`C${n}`, `A2000${n}`));
    raw.write(framed(...messages, 'nonsense', oru('C5', 'A20005')));
    assert.deepEqual(await raw.read(6), ['AA C0', 'AA C1', 'AA C2', 'AA C3', 'AR ', 'AA C5']);
    assert.deepEqual(
      backends.reports.map((event) => event.message.controlId),
      ['C0', 'C1', 'C2', 'C3', 'C5'],
    );
  });

  it('B2.12: a half-close right after the frame still gets its answer', async () => {
    const { port, backends } = await started();
    backends.storeDelay = () => 50;
    const raw = await client(port);
    raw.socket.end(framed(oru('C1')));
    assert.deepEqual(await raw.read(1), ['AA C1']);
    await raw.untilClosed();
  });

  it('B2.6: FS without CR and a half-close: still an answer', async () => {
    const { port } = await started();
    const raw = await client(port);
    raw.socket.end(framed(oru('C1')).subarray(0, -1));
    assert.deepEqual(await raw.read(1), ['AA C1']);
  });

  it('B2.5: FS without CR from a sender that waits: an answer after a short grace', async () => {
    const { port } = await started();
    const raw = await client(port);
    const began = Date.now();
    raw.write(framed(oru('C1')).subarray(0, -1));
    assert.deepEqual(await raw.read(1), ['AA C1']);
    assert.ok(Date.now() - began >= END_BLOCK_GRACE_MS - 5);
    raw.write('\r');
    raw.write(framed(oru('C2')));
    assert.deepEqual(await raw.read(2), ['AA C1', 'AA C2']);
  });

  it('B2.14: only the start block in the first packet; an answer comes in one piece', async () => {
    const { port } = await started();
    const raw = await client(port);
    const chunks: Buffer[] = [];
    raw.socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    const bytes = framed(oru('C1'));
    raw.write(bytes.subarray(0, 1));
    await new Promise((resolve) => setTimeout(resolve, 20));
    raw.write(bytes.subarray(1));
    assert.deepEqual(await raw.read(1), ['AA C1']);
    assert.equal(chunks.length, 1);
  });

  it('B2.13: a message of 300 KB in many packets', async () => {
    const { port, backends } = await started({ maxFrameBytes: 1_000_000 });
    const raw = await client(port);
    const bytes = framed(oru('C1', 'A1001', 'long text '.repeat(30_000)));
    for (let at = 0; at < bytes.length; at += 1_460) raw.write(bytes.subarray(at, at + 1_460));
    assert.deepEqual(await raw.read(1), ['AA C1']);
    assert.equal(backends.reports[0]?.parts[0]?.text.length, 'long text '.length * 30_000 - 1);
  });

  it('B2.20: a batch is answered by all its answers in one frame', async () => {
    const { port, backends } = await started();
    const raw = await client(port);
    const batch = Buffer.concat([
      Buffer.from('FHS|^~\\&|\rBHS|^~\\&|\r'),
      oru('C1', 'A30001'),
      oru('C2', 'A30002'),
      Buffer.from('BTS|2\rFTS|1\r'),
    ]);
    raw.write(framed(batch, oru('C3', 'A30003')));
    await raw.read(2);
    assert.match(raw.answers[0]?.toString() ?? '', /MSA\|AA\|C1\r[\s\S]*MSA\|AA\|C2\r/);
    assert.equal(parseAcknowledgement(raw.answers[1] ?? Buffer.alloc(0)).controlId, 'C3');
    assert.equal(backends.reports.length, 3);
  });

  it('a batch whose messages cannot be kept is answered in time: what was not begun is to be sent again', async () => {
    const { port, backends, listener } = await gateway({ answerTimeoutMs: 20 });
    backends.storeDelay = () => 30;
    backends.sendError = new InterleaveError('KAFKA_UNAVAILABLE');
    const raw = await RawClient.open(port);
    raw.write(framed(Buffer.concat(Array.from({ length: 400 }, (_, n) => oru(`T${n}`, `A${n}`)))));
    await raw.read(1);
    const answer = raw.answers[0]?.toString() ?? '';
    assert.equal(answer.match(/MSA\|AR\|T\d+/g)?.length, 400);
    const notBegun = answer.match(/HL7_BATCH_TIMEOUT/g)?.length ?? 0;
    assert.ok(notBegun >= 390, `${notBegun} not begun`);
    assert.ok(answer.includes('KAFKA_UNAVAILABLE'));
    assert.ok(backends.objects.size <= 400 - notBegun);
    raw.socket.destroy();
    await listener.stop();
  });

  it('a message of a batch that has to come again holds up none behind it, and lets go of its bytes', async () => {
    let asked = 0;
    const documents = {
      read: async () => {
        asked += 1;
        if (asked === 1) throw new InterleaveError('HL7_DOCUMENT_WAITING');
        return new Map();
      },
    } as unknown as Documents;
    const { port, backends, inFlight } = await started({ documents });
    const raw = await client(port);
    raw.write(framed(Buffer.concat([oru('C1', 'A30001'), oru('C2', 'A30002'), oru('C3', 'A30003')])));
    await raw.read(1);
    const said = [...(raw.answers[0]?.toString() ?? '').matchAll(/MSA\|(\w\w)\|(\w+)/g)];
    assert.deepEqual(
      said.map(([, code, id]) => `${code} ${id}`),
      ['AR C1', 'AA C2', 'AA C3'],
    );
    assert.equal(backends.reports.length, 2);
    await until(() => inFlight.bytes === 0);
  });

  it('commit blocks of MLLP release 2 are ignored', async () => {
    const { port, backends } = await started();
    const raw = await client(port);
    raw.write(framed('\x06', '\x15', oru('C1')));
    assert.deepEqual(await raw.read(1), ['AA C1']);
    assert.equal(backends.deadLetters.length, 0);
  });
});

describe('repeats', () => {
  it('a repeat is answered again without a second event', async () => {
    const { port, backends } = await started();
    const raw = await client(port);
    raw.write(framed(oru('C1'), oru('C1')));
    assert.deepEqual(await raw.read(2), ['AA C1', 'AA C1']);
    const other = await client(port);
    other.write(framed(oru('C1')));
    assert.deepEqual(await other.read(1), ['AA C1']);
    assert.equal(backends.reports.length, 1);
  });

  it('another message under the same MSH-10 is refused with 205 and kept', async () => {
    const { port, backends } = await started();
    const raw = await client(port);
    raw.write(framed(oru('C1'), oru('C1', 'A10001', 'Other text.')));
    assert.deepEqual(await raw.read(2), ['AA C1', 'AE C1']);
    assert.equal(parseAcknowledgement(raw.answers[1] ?? Buffer.alloc(0)).errorCode, '205');
    assert.equal(backends.deadLetters[0]?.code, 'HL7_CONTROL_ID_REUSED');
    assert.ok(backends.objects.has(`${UNKNOWN_CASE}/${backends.deadLetters[0]?.object?.sha256}`));
  });

  it('or accepted, where the site says so', async () => {
    const { port, backends } = await started({ controlIdReuse: 'accept' });
    const raw = await client(port);
    raw.write(framed(oru('1'), oru('1', 'A10001', 'Other text.')));
    assert.deepEqual(await raw.read(2), ['AA 1', 'AA 1']);
    assert.equal(backends.reports.length, 2);
  });

  it('a message that failed and comes again is new', async () => {
    const { port, backends } = await started();
    const raw = await client(port);
    backends.sendError = new InterleaveError('KAFKA_UNAVAILABLE');
    raw.write(framed(oru('C1')));
    assert.deepEqual(await raw.read(1), ['AR C1']);
    backends.sendError = null;
    raw.write(framed(oru('C1')));
    assert.deepEqual(await raw.read(2), ['AR C1', 'AA C1']);
    assert.equal(backends.reports.length, 1);
  });
});

describe('what cannot be kept is not acknowledged', () => {
  const failures: [string, (backends: TestGateway['backends']) => void, string][] = [
    [
      'Kafka',
      (backends) => {
        backends.sendError = new InterleaveError('KAFKA_UNAVAILABLE');
      },
      'KAFKA_UNAVAILABLE',
    ],
    [
      'the object store',
      (backends) => {
        backends.storeError = new InterleaveError('OBJECT_STORE_FULL');
      },
      'OBJECT_STORE_FULL',
    ],
    [
      'a producer that never answers',
      (backends) => {
        backends.sendDelay = 60_000;
      },
      'KAFKA_UNAVAILABLE',
    ],
  ];
  for (const [name, fail, code] of failures)
    it(`${name}: AR / CE within a bounded time, also for what would be refused`, async () => {
      const { port, backends } = await started({ answerTimeoutMs: 300 });
      fail(backends);
      const raw = await client(port);
      const began = Date.now();
      raw.write(framed(oru('C1'), oru('C2', 'A1', 'x', '|||AL'), 'nonsense'));
      assert.deepEqual(await raw.read(3), ['AR C1', 'CE C2', 'AR ']);
      assert.ok(Date.now() - began < 1_500);
      for (const answer of raw.answers) assert.ok(answer.includes(code));
      assert.equal(backends.reports.length, 0);
      assert.equal(backends.deadLetters.length, 0);
    });

  it('an event that is too large is kept whole and refused for good', async () => {
    const { port, backends } = await started();
    const raw = await client(port);
    const send = backends.producer.send.bind(backends.producer);
    let first = true;
    backends.producer.send = (topic, record) => {
      if (first) {
        first = false;
        return Promise.reject(new InterleaveError('EVENT_TOO_LARGE'));
      }
      return send(topic, record);
    };
    raw.write(framed(oru('C1'), oru('C2', 'A2')));
    assert.deepEqual(await raw.read(2), ['AR C1', 'AA C2']);
    assert.equal(backends.deadLetters[0]?.code, 'EVENT_TOO_LARGE');
  });
});

describe('one bad message never blocks the line', () => {
  it('B2.3, B2.4, B2.8: junk, dead parts and empty frames are kept, and the next message is answered', async () => {
    const { port, backends, metrics } = await started();
    const raw = await client(port);
    raw.write(
      Buffer.concat([
        Buffer.from('junk'),
        framed(oru('C1')),
        Buffer.from('\x0bMSH|dead'),
        framed('', oru('C2', 'A2')),
      ]),
    );
    assert.deepEqual(await raw.read(2), ['AA C1', 'AA C2']);
    const kept = backends.deadLetters.map(
      ({ code, object }) => `${code} ${backends.objects.get(`${UNKNOWN_CASE}/${object?.sha256}`)}`,
    );
    assert.deepEqual(kept, ['HL7_FRAME_BROKEN junk', 'HL7_FRAME_BROKEN MSH|dead']);
    assert.match(await metrics.text(), /interleave_hl7_frame_faults_total\{fault="EMPTY"[^}]*\} 1/);
  });

  it('an unreadable message is kept whole, answered with AR, and the next one accepted', async () => {
    const { port, backends } = await started();
    const raw = await client(port);
    const unreadable = 'MSH|0000|A|B\rPID|1';
    raw.write(framed(unreadable, oru('C1').toString().replace('ORU^R01', 'ADT^A01'), oru('C2')));
    assert.deepEqual(await raw.read(3), ['AR ', 'AR C1', 'AA C2']);
    assert.deepEqual(
      backends.deadLetters.map(({ code }) => code),
      ['HL7_UNREADABLE', 'HL7_TYPE_UNSUPPORTED'],
    );
    assert.equal(
      String(backends.objects.get(`${UNKNOWN_CASE}/${backends.deadLetters[0]?.object?.sha256}`)),
      unreadable,
    );
  });
});

describe('orders without result', () => {
  const scheduled = (controlId: string) =>
    oru(controlId)
      .toString()
      .replace(/DX\|F[\s\S]*$/, 'DX|S\r');

  it('alone: answered with AA, kept whole as a dead letter, counted; beside reports counted', async () => {
    const { port, backends, metrics } = await started();
    const raw = await client(port);
    const beside = `${oru('C2')}OBR|2||F-2||||||||||||||||||||||I\r`;
    raw.write(framed(scheduled('C1'), beside));
    assert.deepEqual(await raw.read(2), ['AA C1', 'AA C2']);
    assert.deepEqual(
      backends.reports.map(({ message }) => message.controlId),
      ['C2'],
    );
    const [kept] = backends.deadLetters;
    assert.equal(kept?.code, 'HL7_NO_RESULT');
    assert.deepEqual(
      backends.objects.get(`${UNKNOWN_CASE}/${kept.object?.sha256}`)?.toString(),
      scheduled('C1'),
    );
    const text = await metrics.text();
    assert.match(text, /interleave_hl7_unsupported_accepted_total\{[^}]*code="HL7_NO_RESULT"[^}]*\} 1/);
    assert.match(text, /interleave_hl7_orders_without_result_total(?:\{[^}]*\})? 1/);
  });

  it('are not answered positively when they could not be kept', async () => {
    const { port, backends } = await started();
    backends.storeError = new InterleaveError('OBJECT_STORE_FULL');
    const raw = await client(port);
    raw.write(framed(scheduled('C1')));
    assert.deepEqual(await raw.read(1), ['AR C1']);
  });
});

describe('message types that are not handled', () => {
  const admission = (controlId: string) => oru(controlId).toString().replace('ORU^R01', 'ADT^A01');

  it('are refused with 200 and kept, or answered positively and kept, as the site says; counted in both cases', async () => {
    for (const [otherTypes, code] of [
      ['refuse', 'AR'],
      ['accept', 'AA'],
    ] as const) {
      const { port, backends, metrics } = await started({ otherTypes });
      const raw = await client(port);
      raw.write(framed(admission('C1'), oru('C2')));
      assert.deepEqual(await raw.read(2), [`${code} C1`, 'AA C2']);
      assert.equal(backends.reports.length, 1);
      const [kept] = backends.deadLetters;
      assert.equal(kept?.code, 'HL7_TYPE_UNSUPPORTED');
      assert.ok(backends.objects.has(`${UNKNOWN_CASE}/${kept.object?.sha256}`));
      const count =
        otherTypes === 'accept'
          ? /interleave_hl7_unsupported_accepted_total\{[^}]*code="HL7_TYPE_UNSUPPORTED"[^}]*\} 1/
          : /interleave_hl7_messages_total\{outcome="HL7_TYPE_UNSUPPORTED"[^}]*\} 1/;
      assert.match(await metrics.text(), count);
    }
  });

  it('are not answered positively when they could not be kept', async () => {
    const { port, backends } = await started({ otherTypes: 'accept' });
    backends.storeError = new InterleaveError('OBJECT_STORE_FULL');
    const raw = await client(port);
    raw.write(framed(admission('C1')));
    assert.deepEqual(await raw.read(1), ['AR C1']);
  });
});

describe('limits', () => {
  it('B2.9: a frame over the limit is answered, kept up to the limit, and the connection closed', async () => {
    const { port, backends } = await started({ maxFrameBytes: 2_000 });
    const raw = await client(port);
    raw.write(framed(oru('C1', 'A1', 'x'.repeat(5_000))));
    assert.deepEqual(await raw.read(1), ['AR C1']);
    await raw.untilClosed();
    assert.equal(backends.deadLetters[0]?.code, 'HL7_FRAME_TOO_LARGE');
    assert.equal(backends.deadLetters[0]?.object?.size, 2_000);
    assert.equal(backends.reports.length, 0);
  });

  it('B2.10: a frame that drips is cut off after its deadline, though each byte comes in time', async () => {
    const { port, backends } = await started({ frameTimeoutMs: 200 });
    const raw = await client(port);
    raw.write(framed(oru('C1')));
    const bytes = framed(oru('C2', 'A2'));
    let at = 0;
    const drip = setInterval(() => raw.write(bytes.subarray(at, ++at)), 10);
    await raw.untilClosed();
    clearInterval(drip);
    assert.deepEqual(await raw.read(1), ['AA C1']);
    assert.equal(backends.deadLetters[0]?.code, 'HL7_FRAME_BROKEN');
  });

  it('B2.10: an idle connection is closed, one that waits for its answer is not', async () => {
    const { port, backends } = await started({ idleTimeoutMs: 150 });
    backends.storeDelay = () => 500;
    const idle = await client(port);
    const waiting = await client(port);
    idle.write('\n');
    waiting.write(framed(oru('C1')));
    await idle.untilClosed(1_000);
    assert.deepEqual(await waiting.read(1), ['AA C1']);
    await waiting.untilClosed();
  });

  it('one connection too many is closed as it opens', async () => {
    const { port } = await started({ maxConnections: 2 });
    const first = await client(port);
    const second = await client(port);
    const third = await client(port);
    await third.untilClosed();
    first.socket.destroy();
    await until(() => first.closed);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const fourth = await client(port);
    fourth.write(framed(oru('C1')));
    assert.deepEqual(await fourth.read(1), ['AA C1']);
    assert.equal(second.closed, false);
  });

  it('a peer has its own limit, so that it cannot take the places of the others', async () => {
    const { port, metrics } = await started({ maxConnectionsPerPeer: 1 });
    await client(port);
    await (await client(port)).untilClosed();
    assert.match(
      await metrics.text(),
      /interleave_hl7_connections_refused_total\{code="HL7_CONNECTION_LIMIT"[^}]*\} 1/,
    );
    const elsewhere = await RawClient.open(port, '127.0.0.2');
    open.push({ stop: async () => void elsewhere.socket.destroy() });
    elsewhere.write(framed(oru('C1')));
    assert.deepEqual(await elsewhere.read(1), ['AA C1']);
  });

  it('500 connections that say nothing take their places and no more', async () => {
    const { port, inFlight } = await started({ maxConnections: 20, maxConnectionsPerPeer: 20 });
    const clients = await Promise.all(Array.from({ length: 500 }, () => client(port)));
    await until(() => clients.filter((one) => one.closed).length === 480);
    assert.equal(inFlight.bytes, 0);
    clients.find((one) => !one.closed)?.socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    const sender = await client(port);
    sender.write(framed(oru('C1')));
    assert.deepEqual(await sender.read(1), ['AA C1']);
  });

  it('B2.10: a connection that never says anything is closed long before an idle one', async () => {
    const { port } = await started({ firstByteTimeoutMs: 100, idleTimeoutMs: 60_000 });
    const silent = await client(port);
    const spoke = await client(port);
    spoke.write('\n');
    await silent.untilClosed(1_000);
    assert.equal(spoke.closed, false);
  });

  it('B2.10: junk that drips outside of a frame has the deadline of a frame', async () => {
    const { port, backends } = await started({ frameTimeoutMs: 150 });
    const raw = await client(port);
    const drip = setInterval(() => raw.write('j'), 10);
    await raw.untilClosed(1_500);
    clearInterval(drip);
    assert.equal(backends.deadLetters[0]?.code, 'HL7_FRAME_BROKEN');
  });

  it('unfinished frames have one limit together: the oldest goes, who works is served', async () => {
    const { port, backends, metrics } = await started({ maxUnfinishedBytes: 150_000 });
    const holders: RawClient[] = [];
    for (let n = 0; n < 3; n += 1) {
      const holder = await client(port);
      holder.write(Buffer.from(`\x0bMSH${'x'.repeat(60_000)}`));
      holders.push(holder);
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    await until(() => holders[0]?.closed === true);
    assert.deepEqual(
      holders.map((one) => one.closed),
      [true, false, false],
    );
    const raw = await client(port);
    raw.write(framed(oru('C1')));
    assert.deepEqual(await raw.read(1), ['AA C1']);
    assert.equal(backends.deadLetters[0]?.object?.size, 60_003);
    assert.match(await metrics.text(), /interleave_hl7_connections_cut_total\{code="HL7_NO_ROOM"[^}]*\} 1/);
  });

  it('who does not speak MLLP is closed after some faults', async () => {
    const { port, backends } = await started();
    const raw = await client(port);
    raw.write(Buffer.from('\x0bx'.repeat(MAX_FAULTS_PER_CONNECTION * 3)));
    await raw.untilClosed();
    assert.equal(backends.deadLetters.length, MAX_FAULTS_PER_CONNECTION);
  });

  it('thousands of frames in one chunk are taken up as there is room, and all answered', async () => {
    const { port, backends, inFlight } = await started();
    let most = 0;
    let open = 0;
    backends.storeDelay = () => {
      most = Math.max(most, ++open);
      setTimeout(() => open--, 1);
      return 1;
    };
    const raw = await client(port);
    const total = 500;
    raw.write(Buffer.concat(Array.from({ length: total }, (_, n) => framed(`x${n}`))));
    raw.socket.end();
    await raw.read(0);
    await until(() => backends.deadLetters.length === total, 10_000);
    await raw.untilClosed();
    assert.ok(most <= MAX_IN_FLIGHT_PER_CONNECTION, `${most} at once`);
    assert.equal(inFlight.bytes, 0);
  });

  it('the socket is not read while too many messages of it are under way', async () => {
    const { port, backends } = await started({ answerTimeoutMs: 20_000 });
    let begun = 0;
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const put = backends.store.put.bind(backends.store);
    backends.store.put = async (...object) => {
      begun += 1;
      await gate;
      return put(...object);
    };
    const raw = await client(port);
    const total = 400;
    for (let n = 0; n < total; n += 1) raw.write(framed(oru(`C${n}`, `A${1000 + n}`, 'x'.repeat(20_000))));
    await until(() => begun >= MAX_IN_FLIGHT_PER_CONNECTION);
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.ok(begun < MAX_IN_FLIGHT_PER_CONNECTION + 8, `${begun} are under way`);
    release();
    assert.equal((await raw.read(total, 10_000)).filter((answer) => answer.startsWith('AA')).length, total);
  });

  it('a peer that does not read its answers is dropped', async () => {
    const { port, metrics } = await started({ answerWriteTimeoutMs: 200 });
    const raw = await client(port);
    raw.socket.pause();
    // MSH-10 comes back in the answer: these are long.
    for (let n = 0; n < 200; n += 1) raw.write(framed(oru(`${n}-${'x'.repeat(80_000)}`, `A${1000 + n}`)));
    const end = Date.now() + 4_000;
    while (!/interleave_hl7_connections\{[^}]*\} 0/.test(await metrics.text())) {
      assert.ok(Date.now() < end, 'still open');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });

  it('no socket is read while too many bytes are under way, and all go on afterwards', async () => {
    const { port, backends, inFlight } = await started({ maxInFlightBytes: 60_000, answerTimeoutMs: 20_000 });
    backends.storeDelay = () => 20;
    const clients = await Promise.all([0, 1, 2, 3].map(() => client(port)));
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, inFlight.bytes);
    }, 1);
    for (const [c, raw] of clients.entries())
      for (let n = 0; n < 25; n += 1)
        raw.write(framed(oru(`C${c}-${n}`, `A${c}${1000 + n}`, 'x'.repeat(20_000))));
    for (const raw of clients) assert.equal((await raw.read(25, 15_000)).length, 25);
    clearInterval(watch);
    assert.ok(most < 60_000 + 4 * 90_000, `${most} bytes`);
    assert.equal(inFlight.bytes, 0);
  });

  it('what the object store still holds counts after its answer has left', async () => {
    const { port, backends, inFlight } = await started({ answerTimeoutMs: 100 });
    let go: () => void = () => undefined;
    const hangs = new Promise<void>((resolve) => {
      go = resolve;
    });
    const put = backends.store.put.bind(backends.store);
    backends.store.put = async (...given) => hangs.then(() => put(...given));
    const raw = await client(port);
    const sent = oru('C1');
    raw.write(framed(sent));
    assert.deepEqual(await raw.read(1), ['AR C1']);
    assert.equal(inFlight.bytes, sent.length);
    go();
    await until(() => inFlight.bytes === 0);
    assert.equal(backends.reports.length, 1, 'it landed after all');
  });

  it('a frame that is cut off while too many bytes are under way is kept, and its connection closed, once there is room', async () => {
    const unfinished = new UnfinishedFrames(1_000_000);
    const { port, backends } = await started({ maxInFlightBytes: 1, frameTimeoutMs: 150, unfinished });
    backends.storeDelay = (bytes) => (bytes.includes('C1|') ? 700 : 0);
    const [slow, cut] = [await client(port), await client(port)];
    cut.write('\x0bMSH|half');
    await until(() => unfinished.bytes > 0);
    slow.write(framed(oru('C1')));
    await cut.untilClosed();
    assert.deepEqual(await slow.read(1), ['AA C1']);
    assert.deepEqual(
      backends.deadLetters.map(({ object }) =>
        String(backends.objects.get(`${UNKNOWN_CASE}/${object?.sha256}`)),
      ),
      ['MSH|half'],
    );
  });

  it('a message without its last CR is answered, though too many bytes were under way as its grace ended', async () => {
    const unfinished = new UnfinishedFrames(1_000_000);
    const { port, backends } = await started({ maxInFlightBytes: 1, unfinished });
    backends.storeDelay = (bytes) => (bytes.includes('C1|') ? 2 * END_BLOCK_GRACE_MS + 200 : 0);
    const [slow, bare] = [await client(port), await client(port)];
    bare.write(framed(oru('C2', 'A2')).subarray(0, -1));
    await until(() => unfinished.bytes > 0);
    slow.write(framed(oru('C1')));
    assert.deepEqual(await bare.read(1), ['AA C2']);
    assert.deepEqual(await slow.read(1), ['AA C1']);
  });
});

describe('stopping', () => {
  it('answers what is under way, then closes', async () => {
    const { port, backends, listener } = await started();
    backends.storeDelay = () => 100;
    const raw = await client(port);
    raw.write(framed(oru('C1')));
    await new Promise((resolve) => setTimeout(resolve, 30));
    const stopped = listener.stop();
    assert.deepEqual(await raw.read(1), ['AA C1']);
    await stopped;
    open.splice(0, 1);
    await assert.rejects(RawClient.open(port));
  });
});

describe('the MLLP sender', () => {
  it('sends one at a time, or pipelines, and matches the answers', async () => {
    const { port, backends } = await started();
    backends.storeDelay = () => 5;
    for (const maxInFlight of [1, 8]) {
      const sender = await MllpSender.connect({ host: '127.0.0.1', port, maxInFlight });
      const sent = Array.from({ length: 20 }, (_, n) => `S${maxInFlight}-${n}`);
      const answers = await Promise.all(sent.map((id, n) => sender.send(oru(id, `B${1000 + n}`))));
      assert.deepEqual(
        answers.map((answer) => [answer.code, answer.accepted, answer.controlId]),
        sent.map((id) => ['AA', true, id]),
      );
      await sender.close();
    }
  });

  it('tells why a message was refused', async () => {
    const { port } = await started();
    const sender = await MllpSender.connect({ host: '127.0.0.1', port });
    const answer = await sender.send(Buffer.from('nonsense'));
    assert.deepEqual([answer.code, answer.accepted, answer.errorCode], ['AR', false, '100']);
    assert.match(answer.text, /MSH/);
    await sender.close();
  });

  it('a receiver that is away, or does not answer', async () => {
    const { port, backends } = await started();
    await assert.rejects(MllpSender.connect({ host: '127.0.0.1', port: 1 }), { code: 'MLLP_UNREACHABLE' });
    backends.storeDelay = () => 500;
    const sender = await MllpSender.connect({ host: '127.0.0.1', port, timeoutMs: 100 });
    await assert.rejects(sender.send(oru('C1')), { code: 'MLLP_NO_ANSWER' });
    backends.storeDelay = () => 0;
    assert.equal((await sender.send(oru('C2', 'A2'))).code, 'AA');
    await sender.close();
  });
});
