import { type DicomObject, DimseSender, proposalsFor } from '../../clients/dimse-sender.ts';
import { type Acknowledgement, MllpSender } from '../../clients/mllp-sender.ts';
import { codeOf, InterleaveError } from '../../core/errors.ts';
import { DEFAULT_MAX_FRAME_BYTES } from '../../core/hl7/limits.ts';
import {
  ASSOCIATIONS,
  GATEWAY_ANSWER_MS,
  KINDS_PER_ASSOCIATION,
  MLLP_CONNECTIONS,
  MLLP_IN_FLIGHT,
} from './limits.ts';
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

/** One association, and whether anything was sent on it. */
interface Lane {
  sender: DimseSender | null;
  proposed: ReadonlySet<string>;
  used: boolean;
}

/**
 * Associations with the DICOM gateway. Each proposes the kinds that came until then: after the first few objects of an archive
 * that is all of them, and associations last.
 */
export class Associations {
  readonly #targets: GatewayTargets;
  readonly #free: Lane[] = Array.from({ length: ASSOCIATIONS }, () => newLane());
  readonly #waiting: ((lane: Lane) => void)[] = [];
  /** the last ones that came, the newest at the end */
  readonly #kinds = new Map<string, Pick<DicomObject, 'sopClassUid' | 'transferSyntaxUid'>>();

  constructor(targets: GatewayTargets) {
    this.#targets = targets;
  }

  /**
   * The gateway's answer. Rejects with DICOM_SEND_REFUSED where it takes no objects of this kind, and where there is no
   * answer. An association on which something was sent before may have ended meanwhile: the object is then sent on a new one.
   */
  async store(object: DicomObject): Promise<{ status: number; comment: string }> {
    const lane = this.#free.pop() ?? (await new Promise<Lane>((resolve) => this.#waiting.push(resolve)));
    try {
      const wasUsed = await this.#prepare(lane, object);
      return await this.#storeOn(lane, object).catch(async (error: unknown) => {
        if (!wasUsed || codeOf(error) === 'DICOM_SEND_REFUSED') throw error;
        await this.#prepare(lane, object);
        return this.#storeOn(lane, object);
      });
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free.push(lane);
      else next(lane);
    }
  }

  /** When nothing is being sent any more. */
  async close(): Promise<void> {
    for (const { sender } of this.#free) await sender?.release().catch(() => undefined);
  }

  /** Resolves to whether the association was used before. */
  async #prepare(lane: Lane, object: DicomObject): Promise<boolean> {
    const kind = kindOf(object);
    this.#remember(kind, object);
    if (lane.sender !== null && lane.proposed.has(kind)) return lane.used;
    await lane.sender?.release().catch(() => undefined);
    lane.sender = null;
    const kinds = new Map(this.#kinds);
    const { dicom, tls } = this.#targets;
    lane.sender = await DimseSender.connect({
      ...dicom,
      tls,
      timeoutMs: GATEWAY_ANSWER_MS,
      presentationContexts: proposalsFor([...kinds.values()]),
    });
    lane.proposed = new Set(kinds.keys());
    lane.used = false;
    return false;
  }

  async #storeOn(lane: Lane, object: DicomObject): Promise<{ status: number; comment: string }> {
    const { sender } = lane;
    if (sender?.accepts(object) !== true)
      throw new InterleaveError('DICOM_SEND_REFUSED', 'It takes no objects of this kind.');
    try {
      const answer = await sender.store(object);
      lane.used = true;
      return answer;
    } catch (error) {
      sender.abort();
      lane.sender = null;
      throw error;
    }
  }

  #remember(kind: string, { sopClassUid, transferSyntaxUid }: DicomObject): void {
    this.#kinds.delete(kind);
    this.#kinds.set(kind, { sopClassUid, transferSyntaxUid });
    const [oldest] = this.#kinds.keys();
    if (this.#kinds.size > KINDS_PER_ASSOCIATION && oldest !== undefined) this.#kinds.delete(oldest);
  }
}

function newLane(): Lane {
  return { sender: null, proposed: new Set(), used: false };
}

function kindOf({ sopClassUid, transferSyntaxUid }: DicomObject): string {
  return `${sopClassUid} ${transferSyntaxUid}`;
}
