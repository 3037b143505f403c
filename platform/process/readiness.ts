/** The named things that must hold before a service can keep its promise; `/readyz` shows them. */
export class Readiness {
  readonly #checks = new Map<string, { ok: boolean; detail: string }>();

  set(name: string, ok: boolean, detail = ''): void {
    this.#checks.set(name, { ok, detail });
  }

  get ok(): boolean {
    return [...this.#checks.values()].every((check) => check.ok);
  }

  describe(): Record<string, { ok: boolean; detail: string }> {
    return Object.fromEntries(this.#checks);
  }
}
