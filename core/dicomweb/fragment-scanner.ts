/** Finds the fragments of encapsulated Pixel Data (PS3.5 A.4) in a stream, without keeping what is in them. */

import { ITEM, readTag } from '../dicom/element-encoding.ts';
import { InterleaveError } from '../errors.ts';
import { MAX_FRAGMENTS } from '../imaging/limits.ts';
import { beginsCodeStream, groupFragments } from '../imaging/pixel-data.ts';

/** Bytes of the data set. */
export interface Place {
  at: number;
  length: number;
}

interface Fragment extends Place {
  /** of its item, counted from the first byte after the offset table */
  offset: number;
  begins: boolean;
}

type State = 'header' | 'table' | 'start' | 'skip' | 'done';

const ITEM_HEADER = 8;

export class FragmentScanner {
  #position: number;
  /** the bytes that are collected: an item's header, the offset table, the first two of a fragment */
  #held: Buffer[] = [];
  #heldLength = 0;
  #wanted = ITEM_HEADER;
  #state: State = 'header';
  #skip = 0;
  #itemLength = 0;
  #table: Buffer | null = null;
  #firstItem = 0;
  readonly #fragments: Fragment[] = [];

  /** `start`: the place in the data set right behind the header of the element, where pushing begins. */
  constructor(start: number) {
    this.#position = start;
  }

  get done(): boolean {
    return this.#state === 'done';
  }

  /** Throws IMAGE_UNDECODABLE. */
  push(chunk: Buffer): void {
    for (let at = 0; at < chunk.length && !this.done; ) {
      if (this.#state === 'skip') {
        const length = Math.min(this.#skip, chunk.length - at);
        at += length;
        this.#position += length;
        this.#skip -= length;
        if (this.#skip === 0) this.#want('header', ITEM_HEADER);
        continue;
      }
      const part = chunk.subarray(at, at + this.#wanted - this.#heldLength);
      at += part.length;
      this.#position += part.length;
      this.#held.push(part);
      this.#heldLength += part.length;
      if (this.#heldLength === this.#wanted) this.#take(Buffer.concat(this.#held));
    }
  }

  /** Where each frame lies: its fragments in order. Throws IMAGE_UNDECODABLE. */
  frames(count: number): Place[][] {
    if (this.#fragments.length === 0) throw undecodable('Its pixel data are empty.');
    const table = this.#table ?? Buffer.alloc(0);
    const offsets = Array.from({ length: Math.floor(table.length / 4) }, (_, i) => table.readUInt32LE(i * 4));
    return groupFragments(offsets, this.#fragments, count).map((group) =>
      group.map(({ at, length }) => ({ at, length })),
    );
  }

  #take(bytes: Buffer): void {
    if (this.#state === 'header') this.#header(bytes);
    else if (this.#state === 'table') {
      this.#table = bytes;
      this.#firstItem = this.#position;
      this.#want('header', ITEM_HEADER);
    } else {
      this.#fragment(bytes);
      this.#pass(this.#itemLength - bytes.length);
    }
  }

  /** Anything but an item ends the sequence. */
  #header(bytes: Buffer): void {
    if (readTag(bytes, 0, { littleEndian: true }) !== ITEM) {
      this.#want('done', 0);
      return;
    }
    this.#itemLength = bytes.readUInt32LE(4);
    if (this.#table === null) {
      if (this.#itemLength > MAX_FRAGMENTS * 4) throw undecodable('Its offset table is too long.');
      this.#want('table', this.#itemLength);
      if (this.#itemLength === 0) this.#take(Buffer.alloc(0));
    } else if (this.#itemLength < 2) {
      this.#fragment(Buffer.alloc(0));
      this.#pass(this.#itemLength);
    } else this.#want('start', 2);
  }

  #fragment(start: Buffer): void {
    if (this.#fragments.length >= MAX_FRAGMENTS) throw undecodable('Its pixel data have too many fragments.');
    const at = this.#position - start.length;
    this.#fragments.push({
      at,
      length: this.#itemLength,
      offset: at - ITEM_HEADER - this.#firstItem,
      begins: beginsCodeStream(start),
    });
  }

  #pass(length: number): void {
    this.#want('skip', 0);
    this.#skip = length;
    if (length === 0) this.#want('header', ITEM_HEADER);
  }

  #want(state: State, length: number): void {
    this.#state = state;
    this.#wanted = length;
    this.#held = [];
    this.#heldLength = 0;
  }
}

function undecodable(detail: string): InterleaveError {
  return new InterleaveError('IMAGE_UNDECODABLE', detail);
}
