import type { Readable } from 'node:stream';
import type { ObjectRef } from '../../core/object-ref.ts';
import type { Receipt } from './receipts.ts';

export type { Receipt };

/** An object as it stands in the folder of a case. */
export interface StoredObject {
  sha256: string;
  /** bytes */
  size: number;
  /** when its file was written, in ms since 1970: all that is known of an object without a receipt */
  writtenAt: number;
  receipt: Receipt | null;
}

/**
 * Keeps raw messages, DICOM objects and thumbnails by their SHA-256, each once, for the cases that hold it. An object never
 * changes; writing it again is harmless. What is resolved is durable (bytes and references are on the disk).
 *
 * Throws `OBJECT_STORE_UNAVAILABLE`, `OBJECT_STORE_FULL`, `OBJECT_MISSING`, `OBJECT_CORRUPT`.
 */
export interface ObjectStore {
  /** Small objects that come at the same time become durable together. */
  put(
    caseIds: string | readonly string[],
    bytes: Buffer,
    mediaType: string,
    receipt?: Receipt,
  ): Promise<ObjectRef>;
  /** Keeps beside an object in each of these cases how it came; the first time counts. */
  note(caseIds: readonly string[], sha256: string, receipt: Receipt): Promise<void>;
  /**
   * Has one more case hold an object, with its receipt; the bytes are not copied. `OBJECT_MISSING` where `fromCase` does
   * not hold it. To move an object, link it and then drop it.
   */
  link(sha256: string, fromCase: string, toCase: string): Promise<void>;
  /** Has a case no longer hold an object; its bytes go where no other case does. After a crash it is to be done again. */
  drop(sha256: string, caseId: string): Promise<void>;
  /** The ids of all cases, `unknown` among them. */
  cases(): AsyncIterable<string>;
  /** The objects of a case, the earliest first; one whose file is still being written is not among them. */
  objects(caseId: string): Promise<StoredObject[]>;
  /** For bytes that come bit by bit; the case is told at the end, when the header has been read. */
  writer(): Promise<ObjectWriter>;
  /** The whole object, its SHA-256 checked. Where this case does not hold it, what another holds by that digest. */
  read(caseId: string, sha256: string): Promise<Buffer>;
  /** A stream of the object, or of a part of it, from wherever `read` has it; the SHA-256 is not checked. */
  open(caseId: string, sha256: string, range?: ByteRange): Promise<Readable>;
  /** Whether this case holds it. */
  has(caseId: string, sha256: string): Promise<boolean>;
  /** Erases a case whole: the bytes too that no other case holds. After a crash it is to be done again. */
  eraseCase(caseId: string): Promise<void>;
  /** Leaves nothing to do for the next start; nothing may be put afterwards. */
  close(): Promise<void>;
}

/** Bytes from `from` up to `to`, which is not among them; at least one. */
export interface ByteRange {
  from?: number;
  to?: number;
}

/** Exactly one of `commit` and `abort` ends it. */
export interface ObjectWriter {
  /** Resolves when the next chunk may come. */
  write(chunk: Buffer): Promise<void>;
  /** bytes so far */
  readonly size: number;
  /** Makes the object durable in every one of the cases. */
  commit(caseIds: string[], mediaType: string): Promise<ObjectRef>;
  abort(): Promise<void>;
}
