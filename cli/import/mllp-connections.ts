import { type Acknowledgement, MllpSender } from '../../clients/mllp-sender.ts';
import { DEFAULT_MAX_FRAME_BYTES } from '../../core/hl7/limits.ts';
import { GATEWAY_ANSWER_MS, MLLP_CONNECTIONS, MLLP_IN_FLIGHT } from './limits.ts';
import type { GatewayTargets } from './targets.ts';

/**
 * Connections to the HL7 gateway, opened when they are needed; messages take them in turn. The gateway closes a connection after
 * a frame that is too large: a message that may be one goes over a connection of its own, one after the other.
 */
export class MllpConnections {
  readonly #targets: GatewayTargets;
  readonly #senders: (Promise<MllpSender> | null)[] = new Array(MLLP_CONNECTIONS).fill(null);
  #next = 0;
  /** of the smallest message that was too large, or may be */
  #largeBytes = DEFAULT_MAX_FRAME_BYTES;
  #largeOne: Promise<unknown> = Promise.resolve();

  constructor(targets: GatewayTargets) {
    this.#targets = targets;
  }

  /** The answer, positive or not. Rejects as `MllpSender.send` does. */
  async send(message: Buffer): Promise<Acknowledgement> {
    const answer = await (message.length < this.#largeBytes
      ? this.#sendInTurn(message)
      : this.#sendAlone(message));
    if (answer.applicationCode === 'HL7_FRAME_TOO_LARGE')
      this.#largeBytes = Math.min(this.#largeBytes, message.length);
    return answer;
  }

  async #sendInTurn(message: Buffer): Promise<Acknowledgement> {
    const place = this.#next;
    this.#next = (place + 1) % MLLP_CONNECTIONS;
    this.#senders[place] ??= this.#open(place);
    return (await this.#senders[place]).send(message);
  }

  async close(): Promise<void> {
    for (const sender of this.#senders) await (await sender?.catch(() => null))?.close();
  }

  #sendAlone(message: Buffer): Promise<Acknowledgement> {
    const { hl7, tls } = this.#targets;
    const mine = this.#largeOne.then(async () => {
      const sender = await MllpSender.connect({ ...hl7, tls, timeoutMs: GATEWAY_ANSWER_MS });
      return sender.send(message).finally(() => sender.close());
    });
    this.#largeOne = mine.catch(() => undefined);
    return mine;
  }

  /** A sender opens its connection anew by itself; one that never had any is forgotten. */
  #open(place: number): Promise<MllpSender> {
    const { hl7, tls } = this.#targets;
    const options = { ...hl7, tls, maxInFlight: MLLP_IN_FLIGHT, timeoutMs: GATEWAY_ANSWER_MS };
    return MllpSender.connect(options).catch((error: unknown) => {
      this.#senders[place] = null;
      throw error;
    });
  }
}
