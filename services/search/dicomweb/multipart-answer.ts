import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';

/** One part: its headers' values and its bytes, in as many pieces as they come. */
export interface AnswerPart {
  contentType: string;
  location?: string;
  body: AsyncIterable<Buffer> | Iterable<Buffer>;
}

/**
 * `multipart/related` as a stream that goes no faster than its reader (RFC 2387, PS3.18 8.6.1.2). A part that fails ends the
 * connection: the closing boundary is missing, and nobody takes it for whole.
 */
export function multipartAnswer(
  type: string,
  parts: AsyncIterable<AnswerPart>,
): { contentType: string; body: Readable } {
  const boundary = `interleave-${randomUUID()}`;
  return {
    contentType: `multipart/related; type="${type}"; boundary=${boundary}`,
    body: Readable.from(pieces(boundary, parts), { objectMode: false }),
  };
}

async function* pieces(boundary: string, parts: AsyncIterable<AnswerPart>): AsyncGenerator<Buffer> {
  for await (const { contentType, location, body } of parts) {
    const at = location === undefined ? '' : `\r\nContent-Location: ${location}`;
    yield Buffer.from(`\r\n--${boundary}\r\nContent-Type: ${contentType}${at}\r\n\r\n`);
    yield* body;
  }
  yield Buffer.from(`\r\n--${boundary}--\r\n`);
}
