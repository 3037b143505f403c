/** One connection's share of what is held of unfinished frames. */
interface Holder {
  bytes: number;
  giveUp: () => void;
}

/**
 * Counts the bytes of the unfinished frames of all connections. Above the limit who has held one for the longest gives
 * it up, until the rest fits.
 */
export class UnfinishedFrames {
  readonly #maxBytes: number;
  /** in the order in which their frames began */
  readonly #holders = new Map<object, Holder>();
  bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** What `owner` holds now; 0 when its frame is complete. `giveUp` must not call `hold`. */
  hold(owner: object, bytes: number, giveUp: () => void): void {
    const held = this.#holders.get(owner);
    this.bytes += bytes - (held?.bytes ?? 0);
    if (bytes === 0) this.#holders.delete(owner);
    else if (held === undefined) this.#holders.set(owner, { bytes, giveUp });
    else held.bytes = bytes;
    while (this.bytes > this.#maxBytes) this.#dropOldest();
  }

  #dropOldest(): void {
    const [oldest] = this.#holders;
    if (oldest === undefined) return;
    const [owner, { bytes, giveUp }] = oldest;
    this.#holders.delete(owner);
    this.bytes -= bytes;
    giveUp();
  }
}
