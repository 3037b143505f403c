import { setTimeout as sleep } from 'node:timers/promises';
import type { SearchClient } from '../../harness/search-client.ts';
import type { System } from '../../harness/system.ts';
import type { SimulatedCase } from '../../simulator/case.ts';
import { CaseSender } from './case-sender.ts';
import { CompletionWatch } from './completion-watch.ts';

/** Sends cases on a fixed clock, as long as there are any, until it is stopped. */
export class SteadyFeed {
  /** accession numbers of what was acknowledged */
  readonly sent = new Set<string>();
  readonly #watch: CompletionWatch;
  readonly #sender: CaseSender;
  readonly #running: Promise<void>;
  #over = false;

  /** `rate` in cases a second; `embedded` false where a case counts as found without its vectors. */
  constructor(
    system: System,
    search: SearchClient,
    cases: readonly SimulatedCase[],
    { rate, embedded = true }: { rate: number; embedded?: boolean },
  ) {
    this.#watch = new CompletionWatch(search, { embedded });
    this.#sender = new CaseSender(system.instance);
    this.#running = this.#run(cases, rate);
  }

  get delays(): readonly number[] {
    return this.#watch.delays;
  }

  /** Sends no more, and resolves when all that was acknowledged is found. */
  async stop(say: (line: string) => void): Promise<void> {
    this.#over = true;
    await this.whole(say);
  }

  /** Resolves when all cases are sent and found. */
  async whole(say: (line: string) => void): Promise<void> {
    await this.#running;
    await this.#watch.allFound((found) => say(`${found} fed cases found`));
    await this.#sender.close();
  }

  async #run(cases: readonly SimulatedCase[], rate: number): Promise<void> {
    const began = performance.now();
    const sending: Promise<void>[] = [];
    for (const [i, simulated] of cases.entries()) {
      await sleep(Math.max(0, began + (i * 1000) / rate - performance.now()));
      if (this.#over) break;
      sending.push(
        this.#sender.send(simulated).then((acknowledgedAt) => {
          this.sent.add(simulated.accession);
          this.#watch.expect(simulated, acknowledgedAt);
        }),
      );
    }
    await Promise.all(sending);
  }
}
