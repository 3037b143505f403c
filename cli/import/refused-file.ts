import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { InterleaveError } from '../../core/errors.ts';
import type { ImportOutcome } from './import-source.ts';

/** `--refused FILE`: one JSON object a line, `{ item, kind, code }`, behind what stands there already. Its owner alone reads it. */
export class RefusedFile {
  readonly #stream: WriteStream;
  #failed: InterleaveError | null = null;

  private constructor(path: string, stream: WriteStream) {
    this.#stream = stream;
    stream.on('error', (cause) => {
      this.#failed = new InterleaveError('FILE_UNWRITABLE', path, { cause });
    });
  }

  /** Throws `FILE_UNWRITABLE`. */
  static async open(path: string): Promise<RefusedFile> {
    const stream = createWriteStream(path, { flags: 'a', mode: 0o600 });
    try {
      await once(stream, 'open');
    } catch (cause) {
      throw new InterleaveError('FILE_UNWRITABLE', path, { cause });
    }
    return new RefusedFile(path, stream);
  }

  /** Throws `FILE_UNWRITABLE` where an earlier line could not be written: the import must not go on as if it had. */
  write({ item, kind, code }: Pick<ImportOutcome, 'item' | 'kind' | 'code'>): void {
    if (this.#failed !== null) throw this.#failed;
    this.#stream.write(`${JSON.stringify({ item, kind, code })}\n`);
  }

  /** Resolves when all of it is written. */
  async close(): Promise<void> {
    this.#stream.end();
    if (!this.#stream.closed) await once(this.#stream, 'close');
    if (this.#failed !== null) throw this.#failed;
  }
}
