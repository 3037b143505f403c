import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { FragmentScanner } from '../../../core/dicomweb/fragment-scanner.ts';
import { MAX_FRAGMENTS } from '../../../core/imaging/limits.ts';
import { cut } from '../dicom/data-set-builder.ts';

const END = Buffer.from('feffdde000000000', 'hex');

function item(bytes: Buffer): Buffer {
  const head = Buffer.from('feff00e000000000', 'hex');
  head.writeUInt32LE(bytes.length, 4);
  return Buffer.concat([head, bytes]);
}

/** What lies at the places that are found, frame by frame. */
function scan(bytes: Buffer, frames: number, fractions: readonly number[] = []): string[] {
  const scanner = new FragmentScanner(0);
  for (const chunk of cut(bytes, fractions)) scanner.push(chunk);
  return scanner
    .frames(frames)
    .map((places) => places.map(({ at, length }) => bytes.toString('latin1', at, at + length)).join('|'));
}

describe('fragments of pixel data', () => {
  const fragments = ['first', 'second', 'third'].map((text) => item(Buffer.from(text)));

  it('are found however the bytes are cut', () => {
    const bytes = Buffer.concat([item(Buffer.alloc(0)), ...fragments, END, Buffer.from('what follows')]);
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 }), (places) => {
        assert.deepEqual(scan(bytes, 3, places), ['first', 'second', 'third']);
      }),
    );
    assert.deepEqual(scan(bytes, 1), ['first|second|third']);
  });

  it('belong to frames by the offset table', () => {
    const table = Buffer.alloc(8);
    table.writeUInt32LE(13 + 14, 4);
    assert.deepEqual(scan(Buffer.concat([item(table), ...fragments, END]), 2), ['first|second', 'third']);
  });

  it('belong to frames by the code streams that they begin, without a table', () => {
    const start = Buffer.from('ffd8', 'hex');
    const streams = [start, Buffer.from('x'), start].map((bytes) => item(bytes));
    assert.equal(scan(Buffer.concat([item(Buffer.alloc(0)), ...streams, END]), 2).length, 2);
  });

  it('that make up no frames are undecodable', () => {
    const bytes = Buffer.concat([item(Buffer.alloc(0)), ...fragments, END]);
    assert.throws(() => scan(bytes, 2), { code: 'IMAGE_UNDECODABLE' });
    assert.throws(() => scan(END, 1), { code: 'IMAGE_UNDECODABLE' });
  });

  it('are not without end', () => {
    const many = Buffer.concat([
      item(Buffer.alloc(0)),
      ...Array(MAX_FRAGMENTS + 1).fill(item(Buffer.alloc(0))),
    ]);
    assert.throws(() => scan(many, 1), { code: 'IMAGE_UNDECODABLE' });
  });
});
