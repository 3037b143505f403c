import type { Instance } from '../../cli/up/instance.ts';
import { DimseSender, dicomObjectOf, proposalsFor } from '../../clients/dimse-sender.ts';
import { MllpSender } from '../../clients/mllp-sender.ts';
import type { SimulatedCase } from '../../simulator/case.ts';

/** Cases that are sent at the same time; more wait their turn, as behind a modality's own queue. */
const MOST_AT_ONCE = 6;

/** Sends a case as a hospital would: its images over an association, its final report over a standing MLLP connection. */
export class CaseSender {
  readonly #instance: Instance;
  #mllp: Promise<MllpSender> | undefined;
  #sending = 0;
  readonly #turns: (() => void)[] = [];

  constructor(instance: Instance) {
    this.#instance = instance;
  }

  /** Resolves to the moment (`performance.now()`) of the last acknowledgement; rejects where one was negative. */
  async send(simulated: SimulatedCase): Promise<number> {
    if (this.#sending >= MOST_AT_ONCE) await new Promise<void>((resolve) => this.#turns.push(resolve));
    this.#sending++;
    try {
      await Promise.all([this.#sendImages(simulated), this.#sendReport(simulated)]);
      return performance.now();
    } finally {
      this.#sending--;
      this.#turns.shift()?.();
    }
  }

  async close(): Promise<void> {
    await (await this.#mllp)?.close();
  }

  async #sendImages(simulated: SimulatedCase): Promise<void> {
    const { dicom } = this.#instance;
    const objects = simulated.images.map((image) => dicomObjectOf(image.part10));
    const sender = await DimseSender.connect({
      host: dicom.host,
      port: dicom.port,
      calledAeTitle: dicom.aeTitle,
      callingAeTitle: 'BENCH',
      presentationContexts: proposalsFor(objects),
    });
    for (const object of objects) {
      const { status } = await sender.store(object);
      if (status !== 0) throw new Error(`an image was answered with status ${status.toString(16)}`);
    }
    await sender.release();
  }

  async #sendReport(simulated: SimulatedCase): Promise<void> {
    this.#mllp ??= MllpSender.connect({ ...this.#instance.hl7, maxInFlight: 8, timeoutMs: 30_000 });
    const report = simulated.reports.at(-1);
    if (report === undefined) throw new Error('a case without a report');
    const { accepted, code } = await (await this.#mllp).send(report.message);
    if (!accepted) throw new Error(`a report was answered with ${code}`);
  }
}
