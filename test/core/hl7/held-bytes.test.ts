import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { HeldBytes } from '../../../core/hl7/held-bytes.ts';

const KIB = 1024;

describe('held bytes', () => {
  it('come out as they went in, whatever the pieces, and take little more memory than their number', () => {
    const pieces = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 60 });
    fc.assert(
      fc.property(pieces, fc.integer({ min: 1, max: 2_000 }), (parts, factor) => {
        const held = new HeldBytes();
        const all: Buffer[] = [];
        for (const [i, part] of parts.entries()) {
          const piece = i % 7 === 0 ? Buffer.alloc(part.length * factor, 7) : Buffer.from(part);
          held.append(piece);
          all.push(piece);
          assert.ok(held.capacity >= held.length && held.capacity <= 2 * held.length);
        }
        assert.deepEqual(held.take(), Buffer.concat(all));
        assert.deepEqual([held.length, held.capacity, held.take().length], [0, 0, 0]);
      }),
      { numRuns: 50 },
    );
  });

  it('a large buffer is not kept for a small piece of it', () => {
    const held = new HeldBytes();
    held.append(Buffer.alloc(1024 * KIB).subarray(0, 100 * KIB));
    assert.equal(held.capacity, 100 * KIB);
    held.append(Buffer.alloc(64 * KIB).subarray(1));
    assert.equal(held.capacity, 164 * KIB);
    assert.equal(held.take().length, 164 * KIB - 1);
  });

  it('a million single bytes cost their room, not an object each', () => {
    const held = new HeldBytes();
    const one = Buffer.from('x');
    for (let n = 0; n < 1_000_000; n++) held.append(one);
    assert.ok(held.capacity <= 1_000_000 + 64 * KIB);
    assert.deepEqual(held.take(), Buffer.alloc(1_000_000, 'x'));
  });
});
