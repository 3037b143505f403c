import { open, readFile } from 'node:fs/promises';
import { codeOf, InterleaveError } from '../../../core/errors.ts';
import { BytesInHand } from '../bytes-in-hand.ts';
import { eachAtOnce } from '../each-at-once.ts';
import type { ImportNotes, ImportSink, ImportSource, ImportUnit } from '../import-source.ts';
import { HL7_PIECE_BYTES, MAX_BYTES_IN_HAND, MAX_DICOM_FILE_BYTES, MESSAGES_AT_ONCE } from '../limits.ts';
import { type FileKind, fileKind, KIND_BYTES } from './file-kind.ts';
import { type Hl7Piece, hl7Pieces } from './hl7-pieces.ts';
import { type Found, walkFolder } from './walk-folder.ts';

type FoundFile = Extract<Found, { kind: 'file' }>;

/** Files with HL7 messages and DICOM objects, below folders of any size. Each file is a unit; a large HL7 file is several. */
export class FolderSource implements ImportSource {
  readonly #paths: readonly string[];
  readonly #inHand = new BytesInHand(MAX_BYTES_IN_HAND);

  constructor(paths: readonly string[]) {
    this.#paths = paths;
  }

  async *units(signal: AbortSignal, note: ImportNotes): AsyncGenerator<ImportUnit> {
    for (const path of this.#paths)
      for await (const found of walkFolder(path, signal)) {
        if (found.kind === 'other') note.passOver(found.path);
        else if (found.kind === 'unreadable') yield unreadableUnit(found.path, found.cause);
        else if (found.size > HL7_PIECE_BYTES) yield* this.#largeFile(found);
        else yield this.#fileUnit(found);
      }
  }

  /** Of a large HL7 file the pieces are guessed from its size. */
  async total(signal: AbortSignal, found: (units: number) => void): Promise<number | null> {
    let units = 0;
    for (const path of this.#paths)
      for await (const one of walkFolder(path, signal)) {
        if (one.kind === 'other') continue;
        const isPieces =
          one.kind === 'file' &&
          one.size > HL7_PIECE_BYTES &&
          (await kindOf(one.path).catch(() => 'other')) === 'hl7';
        units += isPieces ? Math.ceil(one.size / HL7_PIECE_BYTES) : 1;
        found(units);
      }
    return units;
  }

  async close(): Promise<void> {}

  #fileUnit(file: FoundFile): ImportUnit {
    return {
      key: keyOf(file),
      item: file.path,
      count: null,
      bring: (sink) =>
        asFileError(async () => {
          const kind = await kindOf(file.path);
          if (kind === 'other') sink.passOver(file.path);
          else if (kind === 'dicom') await this.#bringObject(file, sink);
          else await bringMessages(file.path, sink, hl7Pieces(file.path));
        }),
    };
  }

  /** A piece that was read is in memory until it is brought; the next one is not read before there is a place for it. */
  async *#largeFile(file: FoundFile): AsyncGenerator<ImportUnit> {
    const kind = await kindOf(file.path).catch(() => 'unreadable' as const);
    if (kind !== 'hl7') {
      yield this.#fileUnit(file);
      return;
    }
    try {
      for await (const piece of hl7Pieces(file.path))
        yield {
          key: `${keyOf(file)} ${piece.offset}`,
          item: `${file.path}#${piece.firstIndex + 1}`,
          count: piece.messages.length,
          bring: (sink) => bringMessages(file.path, sink, [piece]),
        };
    } catch (cause) {
      yield tornUnit(file, cause);
    }
  }

  async #bringObject({ path, size }: FoundFile, sink: ImportSink): Promise<void> {
    if (size > MAX_DICOM_FILE_BYTES) {
      sink.done({ item: path, kind: 'image', accepted: false, code: 'FILE_TOO_LARGE' });
      return;
    }
    await sink.turn(1);
    await this.#inHand.hold(size, async () => sink.sendObject(path, await readFile(path)));
  }
}

/** The path as it is from the root, so that two archives never take each other's files for done. */
function keyOf({ path, size, changedAt }: FoundFile): string {
  return `folder ${path} ${size} ${changedAt}`;
}

async function kindOf(path: string): Promise<FileKind> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(KIND_BYTES), 0, KIND_BYTES, 0);
    return fileKind(buffer.subarray(0, bytesRead), path);
  } finally {
    await file.close();
  }
}

async function bringMessages(
  path: string,
  sink: ImportSink,
  pieces: AsyncIterable<Hl7Piece> | Iterable<Hl7Piece>,
): Promise<void> {
  const refuse = (code: string) => sink.done({ item: path, kind: 'report', accepted: false, code });
  let messages = 0;
  try {
    for await (const piece of pieces) {
      messages += piece.messages.length;
      await eachAtOnce(piece.messages.entries(), MESSAGES_AT_ONCE, async ([index, message]) => {
        await sink.turn(1);
        await sink.sendMessage(`${path}#${piece.firstIndex + index + 1}`, message);
      });
    }
  } catch (error) {
    // The file's own fault: it is the same the next time.
    const code = codeOf(error);
    if (code !== 'FILE_TOO_LARGE' && code !== 'HL7_UNREADABLE') throw error;
    refuse(code);
    return;
  }
  if (messages === 0) refuse('HL7_NO_MESSAGE');
}

/** Where a large HL7 file could not be read on. */
function tornUnit(file: FoundFile, cause: unknown): ImportUnit {
  const code = codeOf(cause);
  if (code !== 'FILE_TOO_LARGE' && code !== 'HL7_UNREADABLE') return unreadableUnit(file.path, cause);
  return {
    key: `${keyOf(file)} torn`,
    item: file.path,
    count: 0,
    bring: async (sink) => sink.done({ item: file.path, kind: 'report', accepted: false, code }),
  };
}

function unreadableUnit(path: string, cause: unknown): ImportUnit {
  return {
    key: `folder ${path} unreadable`,
    item: path,
    count: 0,
    bring: () => asFileError(() => Promise.reject(cause)),
  };
}

/** A file that may not be read or is gone is left; where a disk or a share does not answer, it is tried again. */
async function asFileError<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? '';
    if (cause instanceof InterleaveError || !/^E[A-Z]+$/.test(code)) throw cause;
    throw new InterleaveError(OWN_FAULTS.has(code) ? 'FILE_UNREADABLE' : 'DISK_FAILED', code, { cause });
  }
}

const OWN_FAULTS = new Set(['ENOENT', 'EACCES', 'EPERM', 'EISDIR', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG']);
