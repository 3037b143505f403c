import type { ErrorCode } from '../errors.ts';
import { HeldBytes } from './held-bytes.ts';
import { DEFAULT_MAX_FRAME_BYTES, MAX_STRAY_BYTES } from './limits.ts';

/** Start block, end block and carriage return of the Minimal Lower Layer Protocol (HL7 v2.5.1 appendix C.2). */
export const VT = 0x0b;
export const FS = 0x1c;
export const CR = 0x0d;
const LF = 0x0a;

/** Why bytes did not become a frame. */
export type FrameFault =
  /** another start block came inside the frame */
  | 'RESTARTED'
  /** the connection ended inside the frame */
  | 'CUT_OFF'
  /** bytes outside any frame */
  | 'STRAY'
  /** nothing between start and end block */
  | 'EMPTY'
  /** longer than the limit; the framer reads no further */
  | 'TOO_LARGE';

/** What the framer found, in the order of the bytes. */
export type FrameEvent =
  | { kind: 'frame'; bytes: Buffer }
  | { kind: 'problem'; fault: FrameFault; code: ErrorCode; bytes: Buffer };

/**
 * Cuts a stream of bytes, in whatever chunks it comes, into MLLP frames. Every byte is looked at once; an unfinished
 * frame is the only thing kept, and never more of it than the limit. No byte that is not white space between frames
 * disappears: what is no frame is handed out as a problem, to be kept.
 *
 * A frame ends at FS CR (FS LF and FS VT are tolerated). FS followed by anything else belongs to the content: text is
 * never cut short there. A sender that leaves CR out and waits is served by `settle`.
 */
export class MllpFramer {
  readonly #limit: number;
  #state: 'outside' | 'inside' | 'after-fs' | 'closed' = 'outside';
  readonly #held = new HeldBytes();

  constructor(options: { maxFrameBytes?: number } = {}) {
    this.#limit = options.maxFrameBytes ?? DEFAULT_MAX_FRAME_BYTES;
  }

  /** True between a start block and its end: the per-frame deadline runs. */
  get insideFrame(): boolean {
    return this.#state === 'inside' || this.#state === 'after-fs';
  }

  /** True when the last byte was FS: if nothing follows shortly, call `settle`. */
  get awaitsCr(): boolean {
    return this.#state === 'after-fs';
  }

  /** Memory that is taken by the unfinished frame or by stray bytes; 0 where there are none. */
  get heldBytes(): number {
    return this.#held.capacity;
  }

  push(chunk: Buffer): FrameEvent[] {
    const events: FrameEvent[] = [];
    let at = 0;
    // The next VT and FS at or after `at`; looked up again only when passed, so that each byte is searched once.
    let vt = -2;
    let fs = -2;
    while (at < chunk.length && this.#state !== 'closed') {
      if (this.#state === 'after-fs') {
        const next = chunk[at];
        if (next === CR || next === LF || next === VT) {
          if (next !== VT) at += 1;
          this.#finish(events);
        } else {
          this.#hold(FS_BYTE, events);
          if (this.#isOpen()) this.#state = 'inside';
        }
        continue;
      }
      if (vt !== -1 && vt < at) vt = chunk.indexOf(VT, at);
      if (this.#state === 'outside') {
        const end = vt === -1 ? chunk.length : vt;
        this.#stray(chunk.subarray(at, end), events);
        if (vt === -1) return events;
        this.#dropStray(events);
        this.#state = 'inside';
        at = vt + 1;
        continue;
      }
      if (fs !== -1 && fs < at) fs = chunk.indexOf(FS, at);
      const end = nearest(vt, fs, chunk.length);
      this.#hold(chunk.subarray(at, end), events);
      at = end + 1;
      if (!this.#isOpen() || end === chunk.length) continue;
      if (end === fs) this.#state = 'after-fs';
      else this.#giveUp('RESTARTED', 'HL7_FRAME_BROKEN', events);
    }
    return events;
  }

  /** Nothing came for a while after FS: the frame counts as complete without its CR. */
  settle(): FrameEvent[] {
    const events: FrameEvent[] = [];
    if (this.#state === 'after-fs') this.#finish(events);
    return events;
  }

  /** The sender closed its side. */
  end(): FrameEvent[] {
    const events = this.settle();
    if (this.#state === 'inside') this.#giveUp('CUT_OFF', 'HL7_FRAME_BROKEN', events);
    if (this.#state === 'outside') this.#dropStray(events);
    this.#state = 'closed';
    return events;
  }

  #isOpen(): boolean {
    return this.#state !== 'closed';
  }

  #finish(events: FrameEvent[]): void {
    const bytes = this.#held.take();
    this.#state = 'outside';
    if (bytes.length === 0) events.push({ kind: 'problem', fault: 'EMPTY', code: 'HL7_FRAME_BROKEN', bytes });
    else events.push({ kind: 'frame', bytes });
  }

  #giveUp(fault: FrameFault, code: ErrorCode, events: FrameEvent[]): void {
    const bytes = this.#held.take();
    if (bytes.length > 0) events.push({ kind: 'problem', fault, code, bytes });
  }

  /** Adds to the open frame; at the limit the frame is handed out as it is and reading ends. */
  #hold(bytes: Buffer, events: FrameEvent[]): void {
    const room = this.#limit - this.#held.length;
    this.#held.append(bytes.length > room ? bytes.subarray(0, room) : bytes);
    if (bytes.length <= room) return;
    this.#giveUp('TOO_LARGE', 'HL7_FRAME_TOO_LARGE', events);
    this.#state = 'closed';
  }

  #stray(bytes: Buffer, events: FrameEvent[]): void {
    let from = 0;
    if (this.#held.length === 0) while (from < bytes.length && isBlank(bytes[from])) from += 1;
    while (from < bytes.length) {
      const piece = bytes.subarray(from, from + MAX_STRAY_BYTES - this.#held.length);
      this.#held.append(piece);
      from += piece.length;
      if (this.#held.length === MAX_STRAY_BYTES) this.#dropStray(events);
    }
  }

  #dropStray(events: FrameEvent[]): void {
    this.#giveUp('STRAY', 'HL7_FRAME_BROKEN', events);
  }
}

/** `VT message FS CR`, in one buffer: some receivers want an answer in one packet. */
export function frameMessage(message: Buffer): Buffer {
  const framed = Buffer.allocUnsafe(message.length + 3);
  framed[0] = VT;
  message.copy(framed, 1);
  framed[message.length + 1] = FS;
  framed[message.length + 2] = CR;
  return framed;
}

const FS_BYTE = Buffer.from([FS]);

function nearest(a: number, b: number, otherwise: number): number {
  if (a === -1) return b === -1 ? otherwise : b;
  return b === -1 ? a : Math.min(a, b);
}

/** White space and padding that senders put between frames. */
function isBlank(byte: number | undefined): boolean {
  return byte === CR || byte === LF || byte === 0x20 || byte === 0x09 || byte === 0x00;
}
