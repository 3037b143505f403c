import { DESIGNATIONS, designationLength, isTwoByteSet } from '../iso-2022.ts';
import { markOf, PART, SWITCH } from './byte-marks.ts';
import { characterLength } from './multi-byte.ts';

/** What is known about a message before its bytes are marked. */
export interface MarkOptions {
  /** its own multi-byte encoding (`characterLength`), '' where its characters have one byte each */
  base: string;
  /** its own set has characters above 0x7F: they come back at the end of each field */
  hasOwnHighSet: boolean;
  /** MSH-18 names a set of ISO 2022, so that ESC can be nothing else */
  expectsSwitches: boolean;
  /** MSH-1, and MSH-2's escape character; '' for none */
  field: string;
  escape: string;
}

export interface MarkedBytes {
  text: string;
  /** a byte above 0x7F belongs to no set that was switched to */
  hasOwnHighBytes: boolean;
  /** why it cannot be told which bytes are separators, null where it can */
  fault: 'unknown set' | 'not switched back' | null;
}

/**
 * Marks the bytes of a message (`byte-marks.ts`), so that separators are seen in the single-byte set only. A set in G0 lasts
 * until the next switch, across line feeds but not across the end of a segment: HL7 wants the default set back before each
 * separator (table 0356), so a segment that ends in another set has lost some.
 */
export function markBytes(bytes: Buffer, options: MarkOptions): MarkedBytes {
  return new Marker(bytes, options).run();
}

/** True where a message may switch between sets: ESC, or HL7's own `\Cxxyy\` and `\Mxxyyzz\` (v2.5.1 2.7.2). */
export function maySwitch(source: string, mark: string): boolean {
  return (
    source.includes('\u001b') ||
    (mark !== '' && (source.includes(`${mark}C2`) || source.includes(`${mark}M2`)))
  );
}

class Marker {
  readonly #bytes: Buffer;
  readonly #options: MarkOptions;
  readonly #out: Uint16Array;
  readonly #field: number;
  readonly #escape: number;
  #g0 = 'ascii';
  /** '' for the message's own */
  #g1 = '';
  /** between SO and SI the bytes below 0x80 are of G1 */
  #isShifted = false;
  #hasOwnHighBytes = false;
  #fault: MarkedBytes['fault'] = null;

  constructor(bytes: Buffer, options: MarkOptions) {
    this.#bytes = bytes;
    this.#options = options;
    this.#out = Uint16Array.from(bytes);
    this.#field = options.field.charCodeAt(0);
    this.#escape = options.escape.charCodeAt(0);
  }

  run(): MarkedBytes {
    const bytes = this.#bytes;
    for (let at = 0; at < bytes.length; ) {
      const switched = this.#switchAt(at);
      if (switched > 0) this.#mark(at, switched, SWITCH);
      at += switched || this.#character(at);
    }
    this.#endSegment();
    const { buffer, byteOffset, byteLength } = this.#out;
    return {
      text: Buffer.from(buffer, byteOffset, byteLength).toString('utf16le'),
      hasOwnHighBytes: this.#hasOwnHighBytes,
      fault: this.#fault,
    };
  }

  /** Marks the character at `at`; gives its length. */
  #character(at: number): number {
    const byte = this.#bytes[at] ?? 0;
    const isHigh = byte >= 0x80;
    const set = isHigh || this.#isShifted ? this.#g1 : this.#g0;
    const isGraphic = isHigh || (byte > 0x20 && byte < 0x7f);
    if (isGraphic && set !== '' && set !== 'ascii') return this.#ofSet(at, set, isHigh);
    if (!isHigh) {
      this.#separatorAt(at, byte);
      return 1;
    }
    const length = characterLength(this.#options.base, this.#bytes, at);
    if (length > 1) this.#mark(at, length, PART);
    else this.#hasOwnHighBytes = true;
    return length;
  }

  #ofSet(at: number, set: string, isHigh: boolean): number {
    const second = (this.#bytes[at + 1] ?? 0) - (isHigh ? 0x80 : 0);
    const length = isTwoByteSet(set) && second > 0x20 && second < 0x7f ? 2 : 1;
    this.#mark(at, length, markOf(set));
    return length;
  }

  #separatorAt(at: number, byte: number): void {
    if (byte === CR) this.#endSegment();
    else if (byte === LF && this.#isSwitched && this.#beginsSegment(at + 1)) this.#endSegment();
    else if (byte === this.#field && this.#options.hasOwnHighSet) this.#g1 = '';
  }

  get #isSwitched(): boolean {
    return this.#g0 !== 'ascii' || this.#isShifted;
  }

  #endSegment(): void {
    if (this.#isSwitched) this.#fault ??= 'not switched back';
    this.#g0 = 'ascii';
    this.#isShifted = false;
    if (this.#options.hasOwnHighSet) this.#g1 = '';
  }

  /** Length of the switch at `at`, which is made; 0 for none. */
  #switchAt(at: number): number {
    const byte = this.#bytes[at];
    if (byte === ESC) {
      // The announcer before a revised registration: ESC & @ ESC $ B is JIS X 0208-1990.
      if (this.#bytes[at + 1] === 0x26 && this.#bytes[at + 2] === 0x40) return 3;
      const length = designationLength(this.#bytes, at + 1);
      return this.#designate(this.#bytes.toString('latin1', at + 1, at + 1 + length)) ? 1 + length : 0;
    }
    if (byte === SO && this.#g1 !== '') {
      this.#isShifted = true;
      return 1;
    }
    if (byte === SI && this.#isShifted) {
      this.#isShifted = false;
      return 1;
    }
    return byte === this.#escape ? this.#hl7SwitchAt(at) : 0;
  }

  #hl7SwitchAt(at: number): number {
    const kind = this.#bytes[at + 1];
    if (kind !== 0x43 && kind !== 0x4d) return 0;
    const sequence = HL7_SWITCH.exec(this.#bytes.toString('latin1', at + 1, at + 9));
    const digits = sequence?.[1] ?? '';
    if (digits === '' || this.#bytes[at + 2 + digits.length] !== this.#escape) return 0;
    return this.#designate(Buffer.from(digits, 'hex').toString('latin1')) ? digits.length + 3 : 0;
  }

  /** False for what designates nothing. A set that is not known leaves open which bytes are separators. */
  #designate(sequence: string): boolean {
    const designation = DESIGNATIONS.get(sequence);
    if (designation !== undefined) {
      if (designation.element === 'g0') this.#g0 = designation.encoding;
      else this.#g1 = designation.encoding;
      return true;
    }
    const isUnknown =
      UNKNOWN_MULTI_BYTE.test(sequence) || (this.#options.expectsSwitches && UNKNOWN_SINGLE.test(sequence));
    if (isUnknown) this.#fault ??= 'unknown set';
    return isUnknown;
  }

  #beginsSegment(at: number): boolean {
    return (
      this.#bytes[at + 3] === this.#field &&
      /^[A-Z][A-Z0-9]{2}$/.test(this.#bytes.toString('latin1', at, at + 3))
    );
  }

  #mark(at: number, length: number, mark: number): void {
    for (let place = at; place < at + length; place += 1)
      this.#out[place] = (this.#bytes[place] ?? 0) | (mark << 8);
  }
}

const ESC = 0x1b;
const SO = 0x0e;
const SI = 0x0f;
const CR = 0x0d;
const LF = 0x0a;

/** `Cxxyy` and `Mxxyyzz`, whose last two digits may be left out. */
const HL7_SWITCH = /^(?:C|M)((?:2[0-9A-F]){1,2}[3-7][0-9A-F])/;
/** `ESC $`, where it goes to, and which set. */
const UNKNOWN_MULTI_BYTE = /^\$[(-/]?[@-~]$/;
const UNKNOWN_SINGLE = /^[(-/][0-~]$/;
