import { Readiness } from '../../platform/process/readiness.ts';

/**
 * Which build the service answers for: `/readyz` shows the checks of the one that is searched. One that is being built, or
 * kept, may wait without making the service unready.
 */
export class FeedReadiness extends Readiness {
  readonly #service: Readiness;
  #shown = false;

  constructor(service: Readiness) {
    super();
    this.#service = service;
  }

  get isShown(): boolean {
    return this.#shown;
  }

  override set(name: string, ok: boolean, detail = ''): void {
    super.set(name, ok, detail);
    if (this.#shown) this.#service.set(name, ok, detail);
  }

  /** Called when the alias names this build, or no longer does. */
  show(shown: boolean): void {
    if (shown && !this.#shown)
      for (const [name, { ok, detail }] of Object.entries(this.describe()))
        this.#service.set(name, ok, detail);
    this.#shown = shown;
  }
}
