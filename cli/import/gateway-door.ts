import { dicomObjectOf } from '../../clients/dimse-sender.ts';
import { isStored } from '../../core/dicom/status.ts';
import { codeOf, ERRORS, InterleaveError, isErrorCode } from '../../core/errors.ts';
import { acknowledgementCode, storeCode } from '../send/answer-codes.ts';
import { Associations } from './associations.ts';
import { framedMessage } from './framed-message.ts';
import type { ImportOutcome } from './import-source.ts';
import { MllpConnections } from './mllp-connections.ts';
import type { GatewayTargets } from './targets.ts';

/** Where messages and objects go in. Both resolve to what became of one, and reject where it can be taken later. */
export interface Door {
  message(item: string, message: Buffer): Promise<ImportOutcome>;
  object(item: string, object: Buffer): Promise<ImportOutcome>;
  close(): Promise<void>;
}

/** The running gateways, by MLLP and C-STORE. */
export class GatewayDoor implements Door {
  readonly #mllp: MllpConnections;
  readonly #associations: Associations;

  constructor(targets: GatewayTargets) {
    this.#mllp = new MllpConnections(targets);
    this.#associations = new Associations(targets);
  }

  async message(item: string, message: Buffer): Promise<ImportOutcome> {
    const framed = orCode(() => framedMessage(message));
    if (typeof framed === 'string') return { item, kind: 'report', accepted: false, code: framed };
    const answer = await this.#mllp.send(framed);
    const { accepted, applicationCode } = answer;
    // An answer that is none (a proxy's text, a cut line) says nothing of the message.
    if (answer.code === '') throw new InterleaveError('MLLP_NO_ANSWER', 'The answer could not be read.');
    if (!accepted && isErrorCode(applicationCode) && ERRORS[applicationCode][0] === 'retry')
      throw new InterleaveError(applicationCode);
    return { item, kind: 'report', accepted, code: acknowledgementCode(answer) };
  }

  async object(item: string, bytes: Buffer): Promise<ImportOutcome> {
    const object = orCode(() => dicomObjectOf(bytes));
    if (typeof object === 'string') return { item, kind: 'image', accepted: false, code: object };
    const answer = await this.#associations.store(object);
    if (answer === null) return { item, kind: 'image', accepted: false, code: 'DICOM_SEND_REFUSED' };
    if (isBusy(answer.status))
      throw new InterleaveError(laterCode(answer.comment), `Status ${answer.status.toString(16)}.`);
    return { item, kind: 'image', accepted: isStored(answer.status), code: storeCode(answer) };
  }

  async close(): Promise<void> {
    await Promise.all([this.#mllp.close(), this.#associations.close()]);
  }
}

/** Nothing is sent: what can be seen of a message or an object without a gateway is told. */
export class DryDoor implements Door {
  async message(item: string, message: Buffer): Promise<ImportOutcome> {
    const framed = orCode(() => framedMessage(message));
    const accepted = typeof framed !== 'string';
    return { item, kind: 'report', accepted, code: accepted ? '' : framed };
  }

  async object(item: string, bytes: Buffer): Promise<ImportOutcome> {
    const object = orCode(() => dicomObjectOf(bytes));
    const accepted = typeof object !== 'string';
    return { item, kind: 'image', accepted, code: accepted ? '' : object };
  }

  async close(): Promise<void> {}
}

/** A7xx: out of resources, send it again (PS3.4 B.2.3). */
function isBusy(status: number): boolean {
  return (status & 0xff00) === 0xa700;
}

function laterCode(comment: string) {
  return isErrorCode(comment) && ERRORS[comment][0] === 'retry' ? comment : 'DICOM_PEER_BUSY';
}

function orCode<T extends object>(read: () => T): T | string {
  try {
    return read();
  } catch (error) {
    return codeOf(error);
  }
}
