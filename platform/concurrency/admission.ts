import { peerOf } from '../net/peer-address.ts';

/** How many associations (or connections) there may be at once: in total, and from one host. */
export class Admission {
  readonly #total: number;
  readonly #perPeer: number;
  readonly #peers = new Map<string, number>();
  readonly #changed: (open: number) => void;
  #open = 0;

  constructor(total: number, perPeer: number, changed: (open: number) => void = () => undefined) {
    this.#changed = changed;
    this.#total = total;
    this.#perPeer = perPeer;
  }

  /** Takes a place and returns what gives it back, or null when there is none. */
  enter(address: string): (() => void) | null {
    const peer = peerOf(address);
    const ofPeer = this.#peers.get(peer) ?? 0;
    if (this.#open >= this.#total || ofPeer >= this.#perPeer) return null;
    this.#changed(++this.#open);
    this.#peers.set(peer, ofPeer + 1);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.#changed(--this.#open);
      const others = (this.#peers.get(peer) ?? 1) - 1;
      if (others === 0) this.#peers.delete(peer);
      else this.#peers.set(peer, others);
    };
  }
}
