import { decodeLineAt, decodeRecordAt, MAX_LINE_BYTES, nextRecord } from './journal-record.ts';

/** The bytes of a file from `at` on, as many as there are up to `length`. */
export type ReadAt = (at: number, length: number) => Promise<Buffer>;

/**
 * Where the objects of one segment stand, so that an object can be looked for without reading the segment each time: of
 * what has come since the last look only the lines are read, and of what is found its bytes. Nothing but places is
 * remembered: what was erased meanwhile is not found.
 */
export class SegmentIndex {
  /** by SHA-256; the same object may have come for several cases */
  readonly #places = new Map<string, { at: number; length: number }[]>();
  /** behind the last record that is known */
  #end = 0;

  async find(caseId: string, sha256: string, readAt: ReadAt): Promise<Buffer | null> {
    await this.#readOn(readAt);
    for (const { at, length } of this.#places.get(sha256) ?? []) {
      const record = decodeRecordAt(await readAt(at, length), 0);
      if (record?.sha256 === sha256 && record.caseIds.includes(caseId)) return record.bytes;
    }
    return null;
  }

  async #readOn(readAt: ReadAt): Promise<void> {
    for (;;) {
      const from = this.#end;
      const chunk = await readAt(from, MAX_LINE_BYTES);
      let at = 0;
      while (at < chunk.length) {
        const line = decodeLineAt(chunk, at);
        if (line !== null) this.#add(line.sha256, { at: from + at, length: line.length });
        // What is no line is the end (zeros, or one that is being written), or was torn and others follow.
        const next = line === null ? nextRecord(chunk, at) : at + line.length;
        if (next === -1) break;
        at = next;
      }
      if (at === 0) return;
      this.#end = from + at;
    }
  }

  #add(sha256: string, place: { at: number; length: number }): void {
    const places = this.#places.get(sha256);
    if (places === undefined) this.#places.set(sha256, [place]);
    else if (places.every(({ at }) => at !== place.at)) places.push(place);
  }
}
