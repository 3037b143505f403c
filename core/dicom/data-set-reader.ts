/**
 * Reads a data set from a stream of chunks, as far as Pixel Data, and keeps only the elements that were asked for.
 * Everything else is passed over without being buffered, so that memory is flat whatever the object's size.
 *
 * The encodings are those of PS3.5 A.1 to A.3 (7.1.2 and 7.1.3 for the element headers, 7.5 for sequences); a deflated
 * data set is to be inflated first. The parser is a generator that says how many bytes it needs next, or passes over.
 */
import { InterleaveError } from '../errors.ts';
import { DataSet, type Tag } from './data-set.ts';
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
} from './element-encoding.ts';
import { MAX_ELEMENTS, MAX_KEPT_TOTAL, MAX_KEPT_VALUE, MAX_SEQUENCE_DEPTH } from './limits.ts';

/** What to keep: values at any place that is walked into, and the sequences that are walked into. */
export interface Wanted {
  values: ReadonlySet<Tag>;
  sequences: ReadonlySet<Tag>;
}

/** What the parser asks for: bytes to look at, or bytes to pass over. `mayEnd`: the data set may also be over here. */
type Request = { take: number; mayEnd: boolean } | { pass: number };
type Parse<T> = Generator<Request, T, Buffer>;

export class DataSetReader {
  readonly dataSet: DataSet;
  readonly #wanted: Wanted;
  readonly #parse: Parse<void>;
  #request: Request;
  #done = false;
  /** collects a take that spans chunks */
  #pending: Buffer[] = [];
  #pendingLength = 0;
  /** bytes passed to the parser so far: places of the ends of items and sequences of defined length */
  #position = 0;
  #elements = 0;
  #kept = 0;
  #hasPixelData = false;
  #pixelDataAt: number | null = null;

  constructor(transferSyntaxUid: string, wanted: Wanted) {
    const encoding = encodingOf(transferSyntaxUid);
    this.#wanted = wanted;
    this.dataSet = new DataSet(encoding.littleEndian);
    this.#parse = this.#elementsUntil(Number.POSITIVE_INFINITY, encoding, this.dataSet, 0);
    this.#request = this.#next(undefined);
  }

  /** True when nothing more is needed: Pixel Data was reached. */
  get done(): boolean {
    return this.#done;
  }

  /** Did the data set come to Pixel Data? */
  get hasPixelData(): boolean {
    return this.#hasPixelData;
  }

  /** The place in the data set where the Pixel Data element begins, null before it was reached. */
  get pixelDataAt(): number | null {
    return this.#pixelDataAt;
  }

  /** Throws DICOM_DATA_SET_UNREADABLE. */
  push(chunk: Buffer): void {
    for (let at = 0; at < chunk.length && !this.#done; ) {
      const wantedLength = 'take' in this.#request ? this.#request.take : this.#request.pass;
      const part = chunk.subarray(at, at + wantedLength - this.#pendingLength);
      at += part.length;
      this.#pendingLength += part.length;
      if ('take' in this.#request) this.#pending.push(part);
      if (this.#pendingLength < wantedLength) return;
      this.#answer(wantedLength);
    }
  }

  /** The data set has come to its end. Throws DICOM_DATA_SET_UNREADABLE where that is in the midst of something. */
  end(): void {
    if (this.#done) return;
    const atBoundary = 'take' in this.#request && this.#request.mayEnd && this.#pendingLength === 0;
    if (!atBoundary) throw unreadable('it is cut off');
    this.#done = true;
  }

  #answer(length: number): void {
    const bytes = this.#pending.length === 1 ? this.#pending[0] : Buffer.concat(this.#pending);
    this.#pending = [];
    this.#pendingLength = 0;
    this.#position += length;
    this.#request = this.#next(bytes);
  }

  /** Runs the parser to its next request that is not for nothing. */
  #next(answer: Buffer | undefined): Request {
    const nothing = Buffer.alloc(0);
    let step = this.#parse.next(answer ?? nothing);
    while (step.done !== true && ('take' in step.value ? step.value.take : step.value.pass) === 0) {
      step = this.#parse.next(nothing);
    }
    if (step.done !== true) return step.value;
    this.#done = true;
    return { pass: 0 };
  }

  /** Elements up to a position, or an item delimiter, or Pixel Data. `into` is null where nothing is to be kept. */
  *#elementsUntil(end: number, encoding: Encoding, into: DataSet | null, depth: number): Parse<void> {
    while (this.#position < end) {
      const head = yield { take: 8, mayEnd: depth === 0 };
      const tag = readTag(head, 0, encoding);
      if (++this.#elements > MAX_ELEMENTS) throw unreadable('it has too many elements');
      if (tag >>> 16 === DELIMITERS) {
        if (depth > 0 && tag === ITEM_END && end === Number.POSITIVE_INFINITY) return;
        if (depth > 0) throw unreadable('a delimiter stands in the wrong place');
        yield* this.#stray(tag, readLength(head, 4, encoding), encoding);
        continue;
      }
      if (depth === 0 && tag >= FIRST_PIXEL_DATA) {
        this.#hasPixelData = isPixelData(tag);
        if (this.#hasPixelData) this.#pixelDataAt = this.#position - head.length;
        return;
      }
      const { vr, length } = yield* this.#valueHeader(head, encoding);
      if (length !== UNDEFINED_LENGTH && this.#position + length > end)
        throw unreadable('an element leaves its item');
      yield* this.#value(tag, vr, length, encoding, into, depth);
    }
    if (this.#position > end) throw unreadable('an element leaves its item');
  }

  /**
   * Some senders leave items of a sequence that they emptied, or whose header they lost, among the elements of the data
   * set: they are passed over.
   */
  *#stray(tag: Tag, length: number, encoding: Encoding): Parse<void> {
    if (tag !== ITEM) return;
    if (length === UNDEFINED_LENGTH) yield* this.#elementsUntil(Number.POSITIVE_INFINITY, encoding, null, 1);
    else yield { pass: length };
  }

  *#valueHeader(head: Buffer, encoding: Encoding): Parse<{ vr: string; length: number }> {
    const vr = head.toString('latin1', 4, 6);
    // Some senders mix implicit elements into explicit data sets: then these are not two capital letters.
    if (!encoding.explicit || !/^[A-Z]{2}$/.test(vr))
      return { vr: '', length: readLength(head, 4, encoding) };
    if (SHORT_VRS.has(vr)) {
      return { vr, length: encoding.littleEndian ? head.readUInt16LE(6) : head.readUInt16BE(6) };
    }
    const long = yield { take: 4, mayEnd: false };
    return { vr, length: readLength(long, 0, encoding) };
  }

  *#value(
    tag: Tag,
    vr: string,
    length: number,
    encoding: Encoding,
    into: DataSet | null,
    depth: number,
  ): Parse<void> {
    const mayBeSequence = vr === 'SQ' || vr === 'UN' || vr === '';
    const wanted = into !== null && mayBeSequence && this.#wanted.sequences.has(tag);
    if (length === UNDEFINED_LENGTH || wanted) {
      const inner = vr === 'UN' ? IMPLICIT : encoding;
      const items: DataSet[] | null = wanted ? [] : null;
      yield* this.#items(length, inner, items, depth + 1);
      if (items !== null) into?.sequences.set(tag, items);
    } else if (into !== null && this.#wanted.values.has(tag) && length <= MAX_KEPT_VALUE) {
      this.#keep(length);
      // A copy: a slice would keep the whole chunk that it came in.
      into.values.set(tag, Buffer.from(yield { take: length, mayEnd: false }));
    } else {
      yield { pass: length };
    }
  }

  *#items(length: number, encoding: Encoding, into: DataSet[] | null, depth: number): Parse<void> {
    if (depth > MAX_SEQUENCE_DEPTH) throw unreadable('its sequences are nested too deeply');
    const end = length === UNDEFINED_LENGTH ? Number.POSITIVE_INFINITY : this.#position + length;
    while (this.#position < end) {
      const head = yield { take: 8, mayEnd: false };
      const tag = readTag(head, 0, encoding);
      if (++this.#elements > MAX_ELEMENTS) throw unreadable('it has too many elements');
      if (tag === SEQUENCE_END) return;
      if (tag !== ITEM) throw unreadable('a sequence holds something that is no item');
      const itemLength = readLength(head, 4, encoding);
      const itemEnd =
        itemLength === UNDEFINED_LENGTH ? Number.POSITIVE_INFINITY : this.#position + itemLength;
      if (itemLength !== UNDEFINED_LENGTH && itemEnd > end) throw unreadable('an item leaves its sequence');
      if (into === null && itemLength !== UNDEFINED_LENGTH) {
        yield { pass: itemLength };
        continue;
      }
      const item = into === null ? null : new DataSet(encoding.littleEndian);
      if (item !== null) {
        this.#keep(64); // an empty item also takes memory
        into?.push(item);
      }
      yield* this.#elementsUntil(itemEnd, encoding, item, depth);
    }
  }

  #keep(length: number): void {
    this.#kept += length;
    if (this.#kept > MAX_KEPT_TOTAL) throw unreadable('it names too much');
  }
}

function isPixelData(tag: Tag): boolean {
  return tag === 0x7fe00010 || tag === 0x7fe00008 || tag === 0x7fe00009;
}

function unreadable(detail: string): InterleaveError {
  return new InterleaveError('DICOM_DATA_SET_UNREADABLE', detail);
}
