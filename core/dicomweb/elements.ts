/**
 * A data set as a tree of all its elements as far as Pixel Data, for what has to be said of it whole: metadata, bulk data,
 * another transfer syntax. (`data-set-reader.ts` keeps a few elements of a stream of any size instead.)
 * Encodings: PS3.5 7.1.2, 7.1.3, 7.5.
 */

import type { Tag } from '../dicom/data-set.ts';
import {
  DELIMITERS,
  type Encoding,
  encodingOf,
  FIRST_PIXEL_DATA,
  IMPLICIT,
  ITEM,
  ITEM_END,
  readLength,
  readTag,
  SEQUENCE_END,
  SHORT_VRS,
  UNDEFINED_LENGTH,
} from '../dicom/element-encoding.ts';
import { MAX_ELEMENTS, MAX_SEQUENCE_DEPTH } from '../dicom/limits.ts';
import { InterleaveError } from '../errors.ts';
import { vrOf } from './dictionary.ts';

/** `value` is little endian whatever the data set is; a sequence has items instead. */
export type Element =
  | { tag: Tag; vr: string; value: Buffer; items: null }
  | { tag: Tag; vr: 'SQ'; value: null; items: Element[][] };

const PIXEL_REPRESENTATION: Tag = 0x00280103;

/** Bytes that are swapped together in big endian (PS3.5 7.3). */
const WORD: Readonly<Record<string, 2 | 4 | 8>> = {
  US: 2,
  SS: 2,
  OW: 2,
  AT: 2,
  UL: 4,
  SL: 4,
  FL: 4,
  OF: 4,
  OL: 4,
  FD: 8,
  OD: 8,
  OV: 8,
  SV: 8,
  UV: 8,
};

/** `bytes` end where Pixel Data begin, or with the data set. Throws DICOM_DATA_SET_UNREADABLE. */
export function readElements(bytes: Buffer, transferSyntaxUid: string): Element[] {
  return new ElementReader(bytes).elements(bytes.length, encodingOf(transferSyntaxUid), 0);
}

/** A copy in the other byte order, for values of this VR. */
export function swapped(value: Buffer, vr: string): Buffer {
  const word = WORD[vr];
  if (word === undefined) return value;
  const whole = Buffer.from(value.subarray(0, value.length - (value.length % word)));
  return word === 2 ? whole.swap16() : word === 4 ? whole.swap32() : whole.swap64();
}

class ElementReader {
  readonly #bytes: Buffer;
  #at = 0;
  #count = 0;
  #signedPixels = false;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Up to a place, or an item delimiter where the item has no length. */
  elements(end: number, encoding: Encoding, depth: number, delimited = false): Element[] {
    const found: Element[] = [];
    while (this.#at < end) {
      const tag = this.#tag(encoding);
      if (++this.#count > MAX_ELEMENTS) throw unreadable('it has too many elements');
      if (tag >>> 16 === DELIMITERS) {
        const length = this.#long(encoding);
        if (delimited && tag === ITEM_END) return found;
        if (depth > 0) throw unreadable('a delimiter stands in the wrong place');
        this.#stray(tag, length, encoding);
        continue;
      }
      if (depth === 0 && tag >= FIRST_PIXEL_DATA) return found;
      found.push(this.#element(tag, encoding, depth));
    }
    return found;
  }

  #element(tag: Tag, encoding: Encoding, depth: number): Element {
    const { vr, length } = this.#valueHeader(tag, encoding);
    if (vr === 'SQ' || length === UNDEFINED_LENGTH) {
      // A sequence in UN is in Implicit VR Little Endian (PS3.5 6.2.2 note 2).
      const inner = vr === 'UN' && encoding.explicit ? IMPLICIT : encoding;
      return { tag, vr: 'SQ', value: null, items: this.#items(length, inner, depth + 1) };
    }
    const raw = this.#take(length);
    const value = encoding.littleEndian ? raw : swapped(raw, vr);
    if (tag === PIXEL_REPRESENTATION && value.length >= 2) this.#signedPixels = value.readUInt16LE(0) === 1;
    return { tag, vr, value, items: null };
  }

  #items(length: number, encoding: Encoding, depth: number): Element[][] {
    if (depth > MAX_SEQUENCE_DEPTH) throw unreadable('its sequences are nested too deeply');
    const end = length === UNDEFINED_LENGTH ? this.#bytes.length : this.#at + length;
    if (end > this.#bytes.length) throw unreadable('it is cut off');
    const items: Element[][] = [];
    while (this.#at < end) {
      const tag = this.#tag(encoding);
      const itemLength = this.#long(encoding);
      if (++this.#count > MAX_ELEMENTS) throw unreadable('it has too many elements');
      if (tag === SEQUENCE_END) return items;
      if (tag !== ITEM) throw unreadable('a sequence holds something that is no item');
      const delimited = itemLength === UNDEFINED_LENGTH;
      const itemEnd = delimited ? end : this.#at + itemLength;
      if (itemEnd > end) throw unreadable('an item leaves its sequence');
      items.push(this.elements(itemEnd, encoding, depth, delimited));
      if (this.#at > itemEnd) throw unreadable('an element leaves its item');
    }
    return items;
  }

  #valueHeader(tag: Tag, encoding: Encoding): { vr: string; length: number } {
    const vr = this.#bytes.toString('latin1', this.#at, this.#at + 2);
    // Some senders mix implicit elements into explicit data sets: then these are not two capital letters.
    if (!encoding.explicit || !/^[A-Z]{2}$/.test(vr))
      return { vr: vrOf(tag, this.#signedPixels), length: this.#long(encoding) };
    const head = this.#take(4);
    if (!SHORT_VRS.has(vr)) return { vr, length: this.#long(encoding) };
    return { vr, length: encoding.littleEndian ? head.readUInt16LE(2) : head.readUInt16BE(2) };
  }

  /** Items that lost their sequence: see `data-set-reader.ts`. */
  #stray(tag: Tag, length: number, encoding: Encoding): void {
    if (tag !== ITEM) return;
    if (length === UNDEFINED_LENGTH) this.elements(this.#bytes.length, encoding, 1, true);
    else this.#take(length);
  }

  #tag(encoding: Encoding): Tag {
    return readTag(this.#take(4), 0, encoding);
  }

  #long(encoding: Encoding): number {
    return readLength(this.#take(4), 0, encoding);
  }

  #take(length: number): Buffer {
    if (this.#at + length > this.#bytes.length) throw unreadable('it is cut off');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
}

function unreadable(detail: string): InterleaveError {
  return new InterleaveError('DICOM_DATA_SET_UNREADABLE', detail);
}
