import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { MAX_PART_HEADER_LENGTH } from '../../../core/dicomweb/limits.ts';
import { MultipartReader } from '../../../core/dicomweb/multipart-reader.ts';
import { type ErrorCode, InterleaveError } from '../../../core/errors.ts';
import { roughly } from '../coded.ts';
import { chunked } from '../mutate.ts';
import type { FuzzTarget } from '../target.ts';

/** The second is found within its own delimiter. */
const BOUNDARIES = ['b', '-----', 'the-boundary'];

/** An input is one byte that chooses the boundary, and the body of the message. */
export const multipartReader: FuzzTarget = {
  name: 'multipart-reader',
  tokens: [
    ...BOUNDARIES.flatMap((boundary) => [
      `\r\n--${boundary}\r\n`,
      `\r\n--${boundary}--`,
      `\r\n--${boundary}`,
    ]),
    '\r\n\r\n',
    '\r\n',
    '\r',
    '--',
    'Content-Type: application/dicom\r\n',
    ':',
    ' \t',
  ].map((token) => Buffer.from(token, 'latin1')),
  mutations: [
    (input, random) =>
      Buffer.concat([input, Buffer.alloc(random.integer(0, MAX_PART_HEADER_LENGTH + 16), 0x41)]),
    (input, random) => {
      const at = random.integer(0, input.length);
      const padding = Buffer.alloc(random.pick([255, 256, 257, 8_191, 8_192, 8_193]), 0x20);
      return Buffer.concat([input.subarray(0, at), padding, input.subarray(at)]);
    },
  ],
  realSeeds: async () => [],

  /** Any chunking gives the same parts and the same code; no byte is made up. */
  check(input, random) {
    const boundary = BOUNDARIES[(input[0] ?? 0) % BOUNDARIES.length] ?? 'b';
    const body = input.subarray(1);
    const whole = read(boundary, [body]);
    assert.ok(isDeepStrictEqual(read(boundary, chunked(body, random)), whole), 'chunks give something else');
    const out = whole.parts.reduce((sum, { data }) => sum + data.length, 0);
    assert.ok(out <= body.length, 'more bytes came out than went in');
    const shape = whole.parts
      .slice(0, 6)
      .map(({ data, names, ended }) => `${roughly(data.length)}${names}${ended}`);
    return `${whole.code} ${shape.join(' ')}`;
  },
};

interface Part {
  names: number;
  headers: string;
  data: string;
  ended: boolean;
}

function read(boundary: string, chunks: Iterable<Buffer>): { parts: Part[]; code: ErrorCode | null } {
  const reader = new MultipartReader(boundary);
  const parts: Part[] = [];
  const pieces: Buffer[] = [];
  const close = (ended: boolean) => {
    const part = parts.at(-1);
    if (part === undefined || part.ended) return;
    Object.assign(part, { data: Buffer.concat(pieces.splice(0)).toString('latin1'), ended });
  };
  let code: ErrorCode | null = null;
  try {
    for (const chunk of chunks)
      for (const event of reader.push(chunk)) {
        if (event.kind === 'data') pieces.push(event.bytes);
        else if (event.kind === 'end') close(true);
        else
          parts.push({
            names: event.headers.size,
            headers: JSON.stringify([...event.headers]),
            data: '',
            ended: false,
          });
      }
    reader.end();
  } catch (error) {
    if (!(error instanceof InterleaveError) || error.code === 'INTERNAL') throw error;
    code = error.code;
  }
  close(false);
  return { parts, code };
}
