/**
 * Reads a multipart message (RFC 2046 5.1) from chunks of any size, with flat memory: a body is handed on as it comes, and
 * no more is held back than could be the beginning of a delimiter.
 */
import { InterleaveError } from '../errors.ts';
import { MAX_PART_HEADER_LENGTH, MAX_PREAMBLE_LENGTH } from './limits.ts';

export type MultipartEvent =
  /** a part begins; names in lower case */
  | { kind: 'part'; headers: ReadonlyMap<string, string> }
  | { kind: 'data'; bytes: Buffer }
  /** the part is whole */
  | { kind: 'end' };

type State = 'preamble' | 'delimiter' | 'headers' | 'body' | 'epilogue';

const CRLF = Buffer.from('\r\n');
const HEADERS_END = Buffer.from('\r\n\r\n');

export class MultipartReader {
  readonly #delimiter: Buffer;
  #state: State = 'preamble';
  /** a line break before the first byte, for a message that begins with its boundary */
  #held: Buffer = CRLF;
  #skipped = 0;

  constructor(boundary: string) {
    this.#delimiter = Buffer.from(`\r\n--${boundary}`);
  }

  /** The closing delimiter has been read. */
  get done(): boolean {
    return this.#state === 'epilogue';
  }

  /** Throws MULTIPART_INVALID. */
  *push(chunk: Buffer): Generator<MultipartEvent> {
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    for (let more = true; more; ) {
      switch (this.#state) {
        case 'preamble':
          more = this.#preamble();
          break;
        case 'delimiter':
          more = this.#afterDelimiter();
          break;
        case 'headers': {
          const headers = this.#headers();
          if (headers !== null) yield { kind: 'part', headers };
          more = headers !== null;
          break;
        }
        case 'body': {
          const { bytes, whole } = this.#body();
          if (bytes.length > 0) yield { kind: 'data', bytes };
          if (whole) yield { kind: 'end' };
          more = whole;
          break;
        }
        case 'epilogue':
          this.#held = Buffer.alloc(0);
          more = false;
      }
    }
  }

  /** The message is over. Throws MULTIPART_INVALID where its closing delimiter is missing. */
  end(): void {
    if (this.#state === 'delimiter' && this.#held.subarray(0, 2).equals(DASHES)) this.#state = 'epilogue';
    if (!this.done) throw invalid('The body is cut off.');
  }

  #preamble(): boolean {
    const at = this.#held.indexOf(this.#delimiter);
    const passed = at < 0 ? this.#held.length - this.#holdBack() : at;
    this.#skipped += passed;
    if (this.#skipped > MAX_PREAMBLE_LENGTH) throw invalid('The body does not begin with its boundary.');
    this.#held = this.#held.subarray(at < 0 ? passed : at + this.#delimiter.length);
    if (at >= 0) this.#state = 'delimiter';
    return at >= 0;
  }

  /** `--` ends the message; white space and a line break begin a part. */
  #afterDelimiter(): boolean {
    if (this.#held.length < 2) return false;
    if (this.#held.subarray(0, 2).equals(DASHES)) {
      this.#state = 'epilogue';
      return true;
    }
    const at = this.#held.indexOf(CRLF);
    if (at < 0 && this.#held.length < MAX_PADDING + CRLF.length) return false;
    if (at < 0 || at > MAX_PADDING || this.#held.toString('latin1', 0, at).trim() !== '')
      throw invalid('A boundary is followed by something else.');
    // The line break stays: a part without headers has only the empty line.
    this.#held = this.#held.subarray(at);
    this.#state = 'headers';
    return true;
  }

  #headers(): ReadonlyMap<string, string> | null {
    const at = this.#held.indexOf(HEADERS_END);
    if (
      at > MAX_PART_HEADER_LENGTH ||
      (at < 0 && this.#held.length >= MAX_PART_HEADER_LENGTH + HEADERS_END.length)
    )
      throw invalid('The headers of a part are too long.');
    if (at < 0) return null;
    const text = this.#held.toString('latin1', 0, at);
    this.#held = this.#held.subarray(at + HEADERS_END.length);
    this.#state = 'body';
    const headers = new Map<string, string>();
    for (const line of text.split('\r\n')) {
      const colon = line.indexOf(':');
      if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
    }
    return headers;
  }

  #body(): { bytes: Buffer; whole: boolean } {
    const at = this.#held.indexOf(this.#delimiter);
    const length = at < 0 ? this.#held.length - this.#holdBack() : at;
    const bytes = this.#held.subarray(0, length);
    this.#held = this.#held.subarray(at < 0 ? length : at + this.#delimiter.length);
    if (at >= 0) this.#state = 'delimiter';
    return { bytes, whole: at >= 0 };
  }

  /** How many bytes at the end may be the beginning of a delimiter. */
  #holdBack(): number {
    const longest = Math.min(this.#held.length, this.#delimiter.length - 1);
    for (let length = longest; length > 0; length--) {
      const tail = this.#held.subarray(this.#held.length - length);
      if (tail.equals(this.#delimiter.subarray(0, length))) return length;
    }
    return 0;
  }
}

const DASHES = Buffer.from('--');

/** White space between a boundary and its line break. */
const MAX_PADDING = 256;

function invalid(detail: string): InterleaveError {
  return new InterleaveError('MULTIPART_INVALID', detail);
}
