import type { Instance } from '../../../cli/up/instance.ts';
import { DimseSender, dicomObjectOf, proposalsFor } from '../../../clients/dimse-sender.ts';
import { MllpSender } from '../../../clients/mllp-sender.ts';
import { simulateCase } from '../../../simulator/case.ts';

/** What of a simulated case was positively answered. */
export interface Acknowledged {
  accession: string;
  /** of the newest report with `AA`; null where none has */
  status: string | null;
  /** of the reports behind it that were refused or not answered: one may have landed, which is no fault */
  perhaps: string[];
  /** images with `0000` */
  images: number;
}

/**
 * A sender that goes on whatever it is answered, or where it is not: it sends one case of the simulated department after
 * the other, once, and keeps what was acknowledged. What was refused it drops, as no sender should: that is not looked for.
 */
export class UnshakenSender {
  readonly acknowledged: Acknowledged[] = [];
  /** Every answer that was not positive: an acknowledgement code or a status in hexadecimal, '' where none came. */
  readonly refusals = new Set<string>();
  readonly #instance: Instance;
  readonly #seed: number;
  readonly #running: Promise<void>;
  #next = 1;
  #stopped = false;

  constructor(instance: Instance, seed: number) {
    this.#instance = instance;
    this.#seed = seed;
    this.#running = this.#run();
  }

  /** Resolves when what is under way has its answer. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const { accession, reports, images } = simulateCase(this.#seed, this.#next++);
      const kept: Acknowledged = { accession, status: null, perhaps: [], images: 0 };
      for (const { part10 } of images) if (await this.#store(part10)) kept.images++;
      for (const { message, status } of reports) {
        if (await this.#report(message)) Object.assign(kept, { status, perhaps: [] });
        else kept.perhaps.push(status);
      }
      if (kept.status !== null || kept.images > 0) this.acknowledged.push(kept);
    }
  }

  async #report(message: Buffer): Promise<boolean> {
    return this.#try(async () => {
      const sender = await MllpSender.connect({ ...this.#instance.hl7, timeoutMs: 30_000 });
      const { code } = await sender.send(message).finally(() => sender.close());
      return code === 'AA' ? null : code;
    });
  }

  async #store(part10: Buffer): Promise<boolean> {
    const object = dicomObjectOf(part10);
    return this.#try(async () => {
      const sender = await DimseSender.connect({
        ...this.#instance.dicom,
        calledAeTitle: this.#instance.dicom.aeTitle,
        callingAeTitle: 'UNSHAKEN',
        presentationContexts: proposalsFor([object]),
      });
      const { status } = await sender.store(object).finally(() => sender.release());
      return status === 0 ? null : status.toString(16);
    });
  }

  async #try(send: () => Promise<string | null>): Promise<boolean> {
    const refusal = await send().catch(() => '');
    if (refusal !== null) this.refusals.add(refusal);
    return refusal === null;
  }
}
