import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { WRITE_SIZE, WriteBuffer } from '../../../platform/object-store/write-buffers.ts';

describe('write buffer', () => {
  it('holds chunks of any size and alignment, one behind the other', () => {
    const chunks = fc.array(fc.tuple(fc.nat(15), fc.uint8Array({ maxLength: 5000 })), { maxLength: 400 });
    fc.assert(
      fc.property(chunks, (given) => {
        const buffer = new WriteBuffer();
        const sent = given.map(([offset, bytes]) => shifted(Buffer.from(bytes), offset));
        const taken = sent.map((chunk) => chunk.subarray(0, buffer.take(chunk, 0)));
        assert.ok(held(buffer).equals(Buffer.concat(taken)));
      }),
      { numRuns: 50 },
    );
  });

  it('takes what there is room for', () => {
    const buffer = new WriteBuffer();
    const chunk = shifted(Buffer.alloc(WRITE_SIZE + 100, 'abc'), 3);
    const taken = buffer.take(chunk, 0);
    assert.ok(taken > WRITE_SIZE - 8 && taken <= WRITE_SIZE);
    assert.equal(buffer.take(chunk, taken), 0);
    assert.ok(held(buffer).equals(chunk.subarray(0, taken)));
  });

  it('keeps few parts of a great many chunks', () => {
    const buffer = new WriteBuffer();
    for (let i = 0; i < 10_000; i++) assert.equal(buffer.take(Buffer.from([i & 0xff]), 0), 1);
    assert.ok(buffer.piece.parts.length <= 257, `${buffer.piece.parts.length} parts`);
    assert.equal(held(buffer).length, 10_000);
  });

  it('is empty again after it was emptied', () => {
    const buffer = new WriteBuffer();
    buffer.take(Buffer.from('of another patient'), 0);
    buffer.empty();
    buffer.take(Buffer.from('new'), 0);
    assert.equal(held(buffer).toString(), 'new');
  });
});

/** The same bytes at another place in memory, as slices of network chunks are. */
function shifted(bytes: Buffer, offset: number): Buffer {
  const room = Buffer.from(new ArrayBuffer(bytes.length + offset));
  bytes.copy(room, offset);
  return room.subarray(offset);
}

function held({ piece: { buffer, parts } }: WriteBuffer): Buffer {
  return Buffer.concat(parts.map(([from, to]) => Buffer.from(buffer, from, to - from)));
}
