import { DimseSender, dicomObjectOf, proposalsFor } from '../../clients/dimse-sender.ts';
import { MllpSender } from '../../clients/mllp-sender.ts';
import { drawImage, keyObjectOf } from '../case.ts';
import type { CasePlan } from '../case-plan.ts';
import type { DeliveryItem } from '../department.ts';

/** Where the gateways listen. */
export interface GatewayAddresses {
  hl7: { host: string; port: number };
  dicom: { host: string; port: number; aeTitle: string };
  timeoutMs: number;
}

/** Sends one item and says whether it was positively acknowledged. Rejects when the gateway could not be asked. */
export interface Gateways {
  deliver(plan: CasePlan, item: DeliveryItem): Promise<{ accepted: boolean; answer: string }>;
  close(): Promise<void>;
}

/** Messages of one facility that may wait for their answers. */
const MESSAGES_IN_FLIGHT = 4;

/** Speaks MLLP and DIMSE as the facilities would: one standing MLLP connection each, an association per study. */
export class NetworkGateways implements Gateways {
  readonly #addresses: GatewayAddresses;
  readonly #mllp = new Map<string, Promise<MllpSender>>();

  constructor(addresses: GatewayAddresses) {
    this.#addresses = addresses;
  }

  async deliver(plan: CasePlan, item: DeliveryItem): Promise<{ accepted: boolean; answer: string }> {
    if (item.kind === 'REPORT') return this.#report(plan, item.version);
    const keyObject = keyObjectOf(plan);
    if (item.kind === 'IMAGES')
      return this.#store(
        plan,
        plan.slots.map((slot) => drawImage(plan, slot).part10),
      );
    return this.#store(plan, keyObject === null ? [] : [keyObject.part10]);
  }

  async close(): Promise<void> {
    const senders = await Promise.allSettled(this.#mllp.values());
    await Promise.all(
      senders.map((sender) => (sender.status === 'fulfilled' ? sender.value.close() : undefined)),
    );
  }

  async #report(plan: CasePlan, version: number): Promise<{ accepted: boolean; answer: string }> {
    const report = plan.reports[version];
    if (report === undefined) return { accepted: true, answer: '' };
    const sender = await this.#sender(plan.order.facility.code);
    const { accepted, code } = await sender.send(report.message);
    return { accepted, answer: code };
  }

  async #sender(facility: string): Promise<MllpSender> {
    const known = this.#mllp.get(facility);
    if (known !== undefined) return known;
    const { hl7, timeoutMs } = this.#addresses;
    const connecting = MllpSender.connect({ ...hl7, timeoutMs, maxInFlight: MESSAGES_IN_FLIGHT });
    this.#mllp.set(facility, connecting);
    connecting.catch(() => this.#mllp.delete(facility));
    return connecting;
  }

  async #store(plan: CasePlan, files: Buffer[]): Promise<{ accepted: boolean; answer: string }> {
    const { dicom, timeoutMs } = this.#addresses;
    const objects = files.map(dicomObjectOf);
    const association = await DimseSender.connect({
      host: dicom.host,
      port: dicom.port,
      callingAeTitle: plan.order.facility.aeTitle,
      calledAeTitle: dicom.aeTitle,
      presentationContexts: proposalsFor(objects),
      timeoutMs,
    });
    try {
      for (const object of objects) {
        const { status } = await association.store(object);
        if (status !== 0)
          return { accepted: false, answer: status.toString(16).toUpperCase().padStart(4, '0') };
      }
      return { accepted: true, answer: '0000' };
    } finally {
      await association.release().catch(() => association.abort());
    }
  }
}
