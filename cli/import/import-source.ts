import type { ErrorCode } from '../../core/errors.ts';

/**
 * Where an archive comes from: a folder, a table of reports, a PACS, a DICOMweb address. It names its units in an order that
 * is the same each time, one after the other, so that memory does not grow with the archive.
 */
export interface ImportSource {
  /** May reject with an error of the table: the import ends then. `note` takes what no unit can tell. */
  units(signal: AbortSignal, note: SourceNotes): AsyncIterable<ImportUnit>;
  /**
   * Counts ahead, in the background, how many units there will be; null where nobody knows. `found` may be called with what
   * was counted so far. What it rejects with is passed over: then there is no bar.
   */
  total?(signal: AbortSignal, found: (units: number) => void): Promise<number | null>;
  close(): Promise<void>;
}

/** What is brought as one and, once done, not again when the import is resumed: a file, a few rows, a study. */
export interface ImportUnit {
  /**
   * The same each time for the same content, and of no other unit: begin it with the name of the source. Only its digest is
   * kept.
   */
  key: string;
  /** what it is called where it could not be brought: a path, rows, a UID, as in `ImportOutcome` */
  item: string;
  /** how many messages and objects it holds, where that is known before */
  count: number | null;
  /**
   * Brings it all to the gateways. Rejects with an error of the kind `retry` where the source or a gateway is away: the
   * unit then comes again, whole, and what it told until then counts for nothing. What it rejects with otherwise leaves it
   * undone until the next import. What a gateway refuses is told by `sink.done` and does not come again.
   */
  bring(sink: ImportSink): Promise<void>;
}

export interface ImportNotes {
  /** What lies in the archive and is none of ours: a DICOMDIR, a picture, a text. It is counted, and is no failure. */
  passOver(item: string): void;
}

export interface SourceNotes extends ImportNotes {
  /** The source itself is away or busy, and is asked again after so long. */
  waiting?(code: ErrorCode, waitMs: number): void;
}

/** The way into the gateways: the same checks, answers and dead letters as for whatever arrives there. */
export interface ImportSink extends ImportNotes {
  /** aborted when the import is to end: what waits for a turn rejects then, what is under way ends in good order */
  readonly signal: AbortSignal;
  /** Resolves when the live feed leaves room for `count` more messages or objects. */
  turn(count: number): Promise<void>;
  /** Sends one HL7 message by MLLP and tells its outcome. Rejects where it can be taken later (kind `retry`). */
  sendMessage(item: string, message: Buffer): Promise<void>;
  /** Sends one DICOM object (Part 10) by C-STORE and tells its outcome. Rejects where it can be taken later. */
  sendObject(item: string, object: Buffer): Promise<ImportOutcome>;
  /** For what reached a gateway by another way (C-MOVE), or could not be read at all. */
  done(outcome: ImportOutcome): void;
}

export interface ImportOutcome {
  /** a path, a row, a UID: shown to whoever imports, kept in no log */
  item: string;
  kind: 'report' | 'image';
  accepted: boolean;
  /** MSA-1, a DIMSE status or a code of our table; never text of the source */
  code: ErrorCode | string;
}
