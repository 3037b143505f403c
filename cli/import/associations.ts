import { type DicomObject, DimseSender, proposalsFor } from '../../clients/dimse-sender.ts';
import { ASSOCIATIONS, GATEWAY_ANSWER_MS, KINDS_PER_ASSOCIATION } from './limits.ts';
import type { GatewayTargets } from './targets.ts';

export interface StoreAnswer {
  status: number;
  comment: string;
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
   * The gateway's answer; null where it takes no objects of this kind. Rejects where there is no answer, and no association.
   * One on which something was sent before may have ended meanwhile: the object is then sent on a new one.
   */
  async store(object: DicomObject): Promise<StoreAnswer | null> {
    const lane = this.#free.pop() ?? (await new Promise<Lane>((resolve) => this.#waiting.push(resolve)));
    try {
      const wasUsed = await this.#prepare(lane, object);
      return await this.#storeOn(lane, object).catch(async (error: unknown) => {
        if (!wasUsed) throw error;
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

  async #storeOn(lane: Lane, object: DicomObject): Promise<StoreAnswer | null> {
    const { sender } = lane;
    if (sender?.accepts(object) !== true) return null;
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

/** One association, and whether anything was sent on it. */
interface Lane {
  sender: DimseSender | null;
  proposed: ReadonlySet<string>;
  used: boolean;
}

function newLane(): Lane {
  return { sender: null, proposed: new Set(), used: false };
}

function kindOf({ sopClassUid, transferSyntaxUid }: DicomObject): string {
  return `${sopClassUid} ${transferSyntaxUid}`;
}
