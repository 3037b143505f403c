import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InterleaveError } from '../../../core/errors.ts';
import { MAX_OBJECT_BYTES, SPOOL_BYTES } from './limits.ts';

/**
 * Collects the bytes of one object. Beyond `memoryBytes` they go to a file that has no name any more once it is open: whatever
 * happens, nothing of a patient stays on the disk.
 */
export class ObjectSpool {
  readonly #memoryBytes: number;
  readonly #maxBytes: number;
  #parts: Buffer[] = [];
  #held = 0;
  #length = 0;
  #file: FileHandle | null = null;

  constructor({ memoryBytes = SPOOL_BYTES, maxBytes = MAX_OBJECT_BYTES } = {}) {
    this.#memoryBytes = memoryBytes;
    this.#maxBytes = maxBytes;
  }

  get tooLarge(): boolean {
    return this.#length > this.#maxBytes;
  }

  /** What comes behind the limit is thrown away. Rejects with DISK_FAILED. */
  async write(bytes: Buffer): Promise<void> {
    this.#length += bytes.length;
    if (this.tooLarge) return this.close();
    this.#parts.push(bytes);
    this.#held += bytes.length;
    if (this.#held > this.#memoryBytes) await this.#toDisk();
  }

  /** All bytes, behind some others. Throws DICOM_DATA_SET_TOO_LARGE, DISK_FAILED. */
  async take(before: Buffer = Buffer.alloc(0)): Promise<Buffer> {
    if (this.tooLarge) throw new InterleaveError('DICOM_DATA_SET_TOO_LARGE');
    const whole = Buffer.allocUnsafe(before.length + this.#length);
    let at = before.copy(whole);
    at += await this.#readInto(whole, at);
    for (const part of this.#parts) at += part.copy(whole, at);
    await this.close();
    return whole;
  }

  async close(): Promise<void> {
    this.#parts = [];
    this.#held = 0;
    const file = this.#file;
    this.#file = null;
    await file?.close();
  }

  async #toDisk(): Promise<void> {
    try {
      this.#file ??= await fileWithoutName();
      await this.#file.writev(this.#parts);
    } catch (cause) {
      throw new InterleaveError('DISK_FAILED', 'It is the folder for temporary files.', { cause });
    }
    this.#parts = [];
    this.#held = 0;
  }

  async #readInto(whole: Buffer, start: number): Promise<number> {
    const length = this.#length - this.#held;
    for (let at = 0; this.#file !== null && at < length; ) {
      const { bytesRead } = await this.#file.read(whole, start + at, length - at, at);
      if (bytesRead === 0) throw new InterleaveError('DISK_FAILED', 'It is the folder for temporary files.');
      at += bytesRead;
    }
    return length;
  }
}

async function fileWithoutName(): Promise<FileHandle> {
  const folder = await mkdtemp(join(tmpdir(), 'interleave-spool-'));
  try {
    return await open(join(folder, 'object'), 'wx+', 0o600);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
