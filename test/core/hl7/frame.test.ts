import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type FrameEvent, frameMessage, MllpFramer } from '../../../core/hl7/frame.ts';
import { MAX_STRAY_BYTES } from '../../../core/hl7/limits.ts';
import { cpuMs } from '../../support/cpu-ms.ts';

const VT = '\x0b';
const END = '\x1c\r';

/** Feeds the chunks and closes; frames as text, problems as `!FAULT text`. */
function read(
  chunks: (string | Buffer)[],
  options: { maxFrameBytes?: number; close?: boolean } = {},
): string[] {
  const framer = new MllpFramer(options);
  const events: FrameEvent[] = [];
  for (const chunk of chunks)
    events.push(...framer.push(typeof chunk === 'string' ? Buffer.from(chunk, 'latin1') : chunk));
  if (options.close !== false) events.push(...framer.end());
  return events.map(show);
}

function show(event: FrameEvent): string {
  const text = event.bytes.toString('latin1');
  return event.kind === 'frame' ? text : `!${event.fault} ${text}`;
}

describe('MLLP frames', () => {
  it('a frame split at every byte offset is one frame', () => {
    const framed = `${VT}MSH|a\rPID|b\r${END}`;
    for (let at = 0; at <= framed.length; at += 1)
      assert.deepEqual(read([framed.slice(0, at), framed.slice(at)]), ['MSH|a\rPID|b\r']);
    assert.deepEqual(read([...framed]), ['MSH|a\rPID|b\r']);
  });

  it('many frames in one chunk come out in order', () => {
    const many = Array.from({ length: 500 }, (_, n) => `m${n}`);
    assert.deepEqual(read([many.map((m) => VT + m + END).join('')]), many);
  });

  it('white space around frames disappears, other bytes are handed out', () => {
    assert.deepEqual(read([`\r\n\0 ${VT}a${END}\r\n\r\n${VT}b${END}\n`]), ['a', 'b']);
    assert.deepEqual(read([`junk${VT}a${END}\rmore junk\r`, `${VT}b${END}tail`]), [
      '!STRAY junk',
      'a',
      '!STRAY more junk\r',
      'b',
      '!STRAY tail',
    ]);
  });

  it('a start block inside a frame restarts; the dead part is handed out and never merged', () => {
    assert.deepEqual(read([`${VT}MSH|dead${VT}MSH|alive${END}`]), ['!RESTARTED MSH|dead', 'MSH|alive']);
    assert.deepEqual(read([`${VT}${VT}MSH|alive${END}`]), ['MSH|alive']);
  });

  it('FS without CR belongs to the content when text follows', () => {
    assert.deepEqual(read([`${VT}one\x1ctwo${END}`]), ['one\x1ctwo']);
    assert.deepEqual(read([`${VT}one\x1c`, `two\x1c`, `\x1c${END}`]), ['one\x1ctwo\x1c\x1c']);
  });

  it('FS with LF, or with the next start block, ends the frame', () => {
    assert.deepEqual(read([`${VT}one\x1c\n${VT}two\x1c${VT}three${END}`]), ['one', 'two', 'three']);
  });

  it('a sender that waits behind FS is served by settle', () => {
    const framer = new MllpFramer();
    assert.deepEqual(framer.push(Buffer.from(`${VT}one\x1c`)), []);
    assert.equal(framer.awaitsCr, true);
    assert.deepEqual(framer.settle().map(show), ['one']);
    assert.equal(framer.awaitsCr, false);
    assert.deepEqual(framer.push(Buffer.from(`\r${VT}two${END}`)).map(show), ['two']);
  });

  it('no CR after FS and the connection closes: still a frame', () => {
    assert.deepEqual(read([`${VT}one\x1c`]), ['one']);
  });

  it('a connection that closes inside a frame hands out the part', () => {
    assert.deepEqual(read([`${VT}MSH|half`]), ['!CUT_OFF MSH|half']);
    assert.deepEqual(read([VT]), []);
  });

  it('an empty frame is a problem, not a message', () => {
    assert.deepEqual(read([`${VT}${END}${VT}a${END}`]), ['!EMPTY ', 'a']);
  });

  it('a frame over the limit is cut at the limit and nothing after it is read', () => {
    const framer = new MllpFramer({ maxFrameBytes: 10 });
    const first = framer.push(Buffer.from(`${VT}0123456789`));
    assert.deepEqual(first, []);
    assert.equal(framer.heldBytes, 10);
    assert.deepEqual(framer.push(Buffer.from('A')).map(show), ['!TOO_LARGE 0123456789']);
    assert.deepEqual(framer.push(Buffer.from(`${END}${VT}next${END}`)), []);
    assert.deepEqual(read([`${VT}0123456789${END}`], { maxFrameBytes: 10 }), ['0123456789']);
  });

  it('stray bytes without end are handed out in pieces of the limit', () => {
    const pieces = read([Buffer.alloc(MAX_STRAY_BYTES * 2 + 5, 'x')]);
    assert.deepEqual(
      pieces.map((piece) => piece.length - '!STRAY '.length),
      [MAX_STRAY_BYTES, MAX_STRAY_BYTES, 5],
    );
  });

  it('a large frame in small chunks is one frame, and takes linear time', () => {
    const body = Buffer.alloc(900_000, 'JVBERi0xLjQK');
    const framer = new MllpFramer();
    const framed = frameMessage(body);
    const started = cpuMs();
    const events: FrameEvent[] = [];
    for (let at = 0; at < framed.length; at += 3) events.push(...framer.push(framed.subarray(at, at + 3)));
    assert.equal(events.length, 1);
    assert.deepEqual(events[0]?.bytes, body);
    assert.ok(cpuMs() - started < 5_000);
  });

  it('a first packet of only the start block', () => {
    assert.deepEqual(read([VT, `MSH|a${END}`]), ['MSH|a']);
  });

  it('many start blocks in one chunk are searched once', () => {
    const started = cpuMs();
    assert.equal(new MllpFramer().push(Buffer.alloc(1_000_000, `${VT}a`)).length, 499_999);
    assert.ok(cpuMs() - started < 5_000);
  });

  it('any chunking gives the same frames, and no byte that is not white space is lost', () => {
    const alphabet = fc.constantFrom('\x0b', '\x1c', '\r', '\n', 'M', 'S', '|', 'é', ' ');
    const stream = fc.string({ unit: alphabet, maxLength: 200 });
    fc.assert(
      fc.property(
        stream,
        fc.array(fc.nat(200), { maxLength: 20 }),
        fc.integer({ min: 1, max: 40 }),
        (text, cuts, limit) => {
          const bytes = Buffer.from(text, 'latin1');
          const places = [
            0,
            ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b),
            bytes.length,
          ];
          const chunks = places.slice(1).map((place, n) => bytes.subarray(places[n], place));
          const whole = read([bytes], { maxFrameBytes: limit });
          assert.deepEqual(read(chunks, { maxFrameBytes: limit }), whole);
          const kept = (s: string): number => s.replace(/[\s\x0b\x1c\0]/g, '').length;
          const out = whole.reduce((sum, one) => sum + kept(one.replace(/^![A-Z_]+ /, '')), 0);
          if (!whole.some((one) => one.startsWith('!TOO_LARGE'))) assert.equal(out, kept(text));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('frameMessage is undone by the framer', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (body) => {
        const clean = Buffer.from(body).map((byte) => (byte === 0x0b || byte === 0x1c ? 0x20 : byte));
        const events = new MllpFramer().push(frameMessage(Buffer.from(clean)));
        assert.deepEqual(events, [{ kind: 'frame', bytes: Buffer.from(clean) }]);
      }),
    );
  });
});
