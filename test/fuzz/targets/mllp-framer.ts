import assert from 'node:assert/strict';
import { type FrameEvent, frameMessage, MllpFramer } from '../../../core/hl7/frame.ts';
import { roughly } from '../coded.ts';
import { chunked } from '../mutate.ts';
import { realFiles } from '../real-files.ts';
import type { FuzzTarget } from '../target.ts';

/** Small, so that it is reached. */
const LIMIT = 4_096;

export const mllpFramer: FuzzTarget = {
  name: 'mllp-framer',
  tokens: [
    '\x0b',
    '\x1c',
    '\r',
    '\x1c\r',
    '\x1c\n',
    '\x1c\x0b',
    '\x1c\r\x0b',
    '\0',
    '\x0b\x06\x1c\r',
    'MSH|',
  ].map((token) => Buffer.from(token, 'latin1')),
  mutations: [
    (input) => frameMessage(input),
    (input, random) => Buffer.concat([input, Buffer.alloc(random.integer(0, 2 * LIMIT), 0x41)]),
  ],
  realSeeds: async () => realFiles('hl7_misc', 60, 2_048).map(frameMessage),

  /** Any chunking gives the same events; no more is held than the limit; no byte is made up. */
  check(input, random) {
    const whole = framed([input]);
    assert.equal(told(framed(chunked(input, random))), told(whole));
    const out = whole.reduce((sum, { bytes }) => sum + bytes.length, 0);
    assert.ok(out <= input.length, 'more bytes came out than went in');
    for (const { bytes } of whole) assert.ok(bytes.length <= Math.max(LIMIT, 65_536));
    return whole
      .slice(0, 6)
      .map((event) => (event.kind === 'frame' ? `F${roughly(event.bytes.length)}` : event.fault))
      .join(' ');
  },
};

function framed(chunks: Iterable<Buffer>): FrameEvent[] {
  const framer = new MllpFramer({ maxFrameBytes: LIMIT });
  const events: FrameEvent[] = [];
  for (const chunk of chunks) {
    events.push(...framer.push(chunk));
    assert.ok(framer.heldBytes <= 2 * Math.max(LIMIT, 65_536), 'more is held than the limit and its room');
  }
  return [...events, ...framer.end()];
}

/** The events as one text: comparing thousands of them deeply takes longer than framing them. */
function told(events: readonly FrameEvent[]): string {
  return events
    .map((event) => `${event.kind === 'frame' ? '' : event.fault}:${event.bytes.toString('latin1')}`)
    .join('\u{1f}');
}
