/**
 * A token bucket for each address: `perSecond` requests a second, and up to `burst` saved up. The addresses that were
 * quiet for longest are forgotten first; forgetting only ever gives tokens back.
 */
export class RateLimit {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #maxAddresses: number;
  readonly #buckets = new Map<string, { tokens: number; at: number }>();

  constructor(options: { perSecond: number; burst: number; maxAddresses: number }) {
    this.#perSecond = options.perSecond;
    this.#burst = options.burst;
    this.#maxAddresses = options.maxAddresses;
  }

  /** Takes a token, where there is one. `now` in milliseconds. */
  allows(address: string, now = Date.now()): boolean {
    const known = this.#buckets.get(address);
    const earned = known === undefined ? this.#burst : ((now - known.at) / 1000) * this.#perSecond;
    const tokens = Math.min(this.#burst, (known?.tokens ?? 0) + Math.max(0, earned));
    this.#buckets.delete(address);
    this.#buckets.set(address, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: now });
    const [quietest] = this.#buckets.keys();
    if (this.#buckets.size > this.#maxAddresses && quietest !== undefined) this.#buckets.delete(quietest);
    return tokens >= 1;
  }
}
