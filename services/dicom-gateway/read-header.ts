/** Reads the header of a data set while it streams by; a deflated one (PS3.5 A.5) is inflated on the way. */
import { createInflateRaw, type InflateRaw } from 'node:zlib';
import { DataSetReader } from '../../core/dicom/data-set-reader.ts';
import { type Header, headerOf, wantedOf } from '../../core/dicom/header.ts';
import { type NamedObjects, namedObjects } from '../../core/dicom/key-object.ts';
import { TRANSFER_SYNTAX } from '../../core/dicom/uids.ts';
import { InterleaveError } from '../../core/errors.ts';

export class ReadHeader {
  readonly #reader: DataSetReader;
  readonly #inflater: Inflater | null;

  constructor(sopClassUid: string, transferSyntaxUid: string, maxInflatedLength: number) {
    this.#reader = new DataSetReader(transferSyntaxUid, wantedOf(sopClassUid));
    const deflated = transferSyntaxUid === TRANSFER_SYNTAX.DEFLATED_EXPLICIT_LITTLE;
    this.#inflater = deflated ? new Inflater(this.#reader, maxInflatedLength) : null;
  }

  /** Throws DICOM_DATA_SET_UNREADABLE. */
  async push(bytes: Buffer): Promise<void> {
    if (this.#reader.done) return;
    if (this.#inflater === null) this.#reader.push(bytes);
    else await this.#inflater.push(bytes);
  }

  /** Throws DICOM_DATA_SET_UNREADABLE where the data set is not whole. */
  end(): { header: Header; named: NamedObjects } {
    this.#inflater?.end();
    this.#reader.end();
    const { dataSet, hasPixelData } = this.#reader;
    return { header: headerOf(dataSet, hasPixelData), named: namedObjects(dataSet) };
  }

  /** Lets go of what zlib holds. */
  abort(): void {
    this.#inflater?.end();
  }
}

class Inflater {
  readonly #zlib: InflateRaw = createInflateRaw();
  #error: unknown = null;
  #length = 0;

  constructor(reader: DataSetReader, maxLength: number) {
    this.#zlib.on('error', (cause) => {
      this.#error ??= new InterleaveError('DICOM_DATA_SET_UNREADABLE', 'it cannot be inflated', { cause });
    });
    this.#zlib.on('data', (bytes: Buffer) => {
      if (this.#error !== null || reader.done) return;
      this.#length += bytes.length;
      try {
        if (this.#length > maxLength) throw new InterleaveError('DICOM_DATA_SET_TOO_LARGE', 'inflated');
        reader.push(bytes);
      } catch (error) {
        this.#error = error;
      }
      if (this.#error !== null || reader.done) this.#zlib.destroy();
    });
  }

  /** Resolves when zlib has taken these bytes, and the reader what came of them. */
  async push(bytes: Buffer): Promise<void> {
    if (!this.#zlib.destroyed && !this.#zlib.writableEnded) {
      await this.#write(bytes);
    }
    if (this.#error !== null) throw this.#error;
  }

  end(): void {
    this.#zlib.destroy();
  }

  /** The callback of a write comes after its output; a stream that is destroyed meanwhile only says `close`. */
  #write(bytes: Buffer): Promise<void> {
    return new Promise((resolve) => {
      const settle = () => {
        this.#zlib.off('close', settle);
        resolve();
      };
      this.#zlib.once('close', settle);
      this.#zlib.write(bytes, settle);
    });
  }
}
