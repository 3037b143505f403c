import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { MAX_PART_HEADER_LENGTH, MAX_PREAMBLE_LENGTH } from '../../../core/dicomweb/limits.ts';
import { MultipartReader } from '../../../core/dicomweb/multipart-reader.ts';
import { cut } from '../dicom/data-set-builder.ts';

const BOUNDARY = 'b0unda-ry';

function read(chunks: readonly Buffer[]): { headers: [string, string][]; body: Buffer }[] {
  const reader = new MultipartReader(BOUNDARY);
  const parts: { headers: [string, string][]; body: Buffer; whole: boolean }[] = [];
  for (const chunk of chunks)
    for (const event of reader.push(chunk)) {
      const last = parts.at(-1);
      if (event.kind === 'part')
        parts.push({ headers: [...event.headers], body: Buffer.alloc(0), whole: false });
      else if (event.kind === 'data' && last !== undefined)
        last.body = Buffer.concat([last.body, event.bytes]);
      else if (last !== undefined) last.whole = true;
    }
  reader.end();
  assert.ok(parts.every(({ whole }) => whole));
  return parts.map(({ headers, body }) => ({ headers, body }));
}

const message = (bodies: readonly Buffer[], header = 'Content-Type: application/dicom') =>
  Buffer.concat([
    ...bodies.flatMap((body) => [Buffer.from(`\r\n--${BOUNDARY}\r\n${header}\r\n\r\n`), body]),
    Buffer.from(`\r\n--${BOUNDARY}--`),
  ]);

/** Bodies that look like what surrounds them. */
const body = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc
    .array(fc.constantFrom('\r', '\n', '-', '--', `--${BOUNDARY.slice(0, 5)}`, '\r\n--', 'x'), {
      maxLength: 20,
    })
    .map((pieces) => Buffer.from(pieces.join(''))),
);

describe('a multipart message', () => {
  it('gives the same parts however it is cut into chunks', () => {
    fc.assert(
      fc.property(
        fc.array(body, { minLength: 1, maxLength: 4 }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 }),
        (bodies, places) => {
          fc.pre(bodies.every((one) => !one.includes(`--${BOUNDARY}`)));
          const parts = read(cut(message(bodies), places));
          assert.deepEqual(
            parts.map((part) => part.body),
            bodies,
          );
        },
      ),
    );
  });

  it('is read byte by byte', () => {
    const whole = message([Buffer.from('one'), Buffer.alloc(0), Buffer.from('three\r\n')]);
    const parts = read([...whole].map((byte) => Buffer.of(byte)));
    assert.deepEqual(
      parts.map((part) => part.body.toString()),
      ['one', '', 'three\r\n'],
    );
  });

  it('may have a preamble, an epilogue, padded boundaries and parts without headers', () => {
    const text = `for old clients\r\n--${BOUNDARY} \t\r\n\r\nplain\r\n--${BOUNDARY}--\r\nand so on`;
    assert.deepEqual(read([Buffer.from(text)]), [{ headers: [], body: Buffer.from('plain') }]);
  });

  it('has headers by their lower-case names', () => {
    const [part] = read([message([Buffer.from('x')], 'CONTENT-TYPE:  a/b \r\nContent-Location: here')]);
    assert.deepEqual(part?.headers, [
      ['content-type', 'a/b'],
      ['content-location', 'here'],
    ]);
  });

  it('that is cut off anywhere is invalid', () => {
    const whole = message([Buffer.from('body')]);
    for (let length = 0; length < whole.length; length++)
      assert.throws(() => read([whole.subarray(0, length)]), { code: 'MULTIPART_INVALID' }, String(length));
  });

  it('may have headers and padding of their limits, in any chunks', () => {
    const headers = `A: ${'h'.repeat(MAX_PART_HEADER_LENGTH - 5)}`;
    const whole = Buffer.from(
      `\r\n--${BOUNDARY}${' '.repeat(256)}\r\n${headers}\r\n\r\nx\r\n--${BOUNDARY}--`,
    );
    const bytes = [...whole].map((byte) => Buffer.from([byte]));
    assert.deepEqual(read(bytes), read([whole]));
    const beyond = Buffer.from(whole.toString().replace('A: ', 'A: h'));
    assert.throws(() => read([beyond]), { code: 'MULTIPART_INVALID' });
  });

  it('holds back no more than a delimiter, and refuses headers and preambles without end', () => {
    const endless = (text: string, length: number) => Buffer.from(text + 'x'.repeat(length));
    const start = `\r\n--${BOUNDARY}\r\n`;
    assert.throws(() => read([endless(start, MAX_PART_HEADER_LENGTH + 1)]), { code: 'MULTIPART_INVALID' });
    assert.throws(() => read([endless('', MAX_PREAMBLE_LENGTH + 1)]), { code: 'MULTIPART_INVALID' });
    const reader = new MultipartReader(BOUNDARY);
    const large = Buffer.alloc(1024 * 1024, 0x0d);
    [...reader.push(Buffer.from(`${start}a: b\r\n\r\n`))];
    const sizes = [...reader.push(large)].map((event) => (event.kind === 'data' ? event.bytes.length : 0));
    assert.deepEqual(sizes, [large.length - 1]);
  });

  it('whose boundary is followed by something else is invalid', () => {
    assert.throws(() => read([Buffer.from(`--${BOUNDARY}oops\r\n\r\n`)]), { code: 'MULTIPART_INVALID' });
  });
});
