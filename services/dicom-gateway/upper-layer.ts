/**
 * One connection of the DICOM upper layer, as acceptor (PS3.8 9.2): from the socket to an association, its fragments,
 * and its end.
 */
import type { Socket } from 'node:net';
import { ABORT_REASON, abortReasonOf } from '../../core/dicom/abort-reason.ts';
import { type AssociateRequest, encodeAssociateAccept } from '../../core/dicom/associate-pdu.ts';
import {
  type Association,
  type AssociationPolicy,
  type Negotiation,
  negotiate,
  REJECT,
} from '../../core/dicom/association.ts';
import type { DimseCommand } from '../../core/dicom/dimse-command.ts';
import {
  type AssociateReject,
  encodeAbort,
  encodeReject,
  encodeReleaseResponse,
  type Fragment,
  type Pdu,
} from '../../core/dicom/pdu.ts';
import { PduReader } from '../../core/dicom/pdu-reader.ts';
import { DICOM_APPLICATION_CONTEXT } from '../../core/dicom/uids.ts';
import { codeOf, type ErrorCode } from '../../core/errors.ts';
import { Deadline } from './deadline.ts';
import { LEAST_BYTES, SLOW_WORK_MS } from './limits.ts';
import { readSocket } from './read-socket.ts';
import { isUnread, sendResponse } from './send-response.ts';

/** How a connection came to its end. */
export type AssociationEnd =
  | 'released'
  | 'rejected'
  | 'aborted-by-peer'
  | 'aborted'
  | 'timed-out'
  | 'lost'
  | 'stopped';

/** What is done with the messages of one association. */
export interface MessageHandler {
  /** Between messages: the association can be ended without cutting one off. */
  readonly idle: boolean;
  fragment(fragment: Fragment): Promise<void>;
  /** The association is over, whatever was under way. */
  end(): Promise<void>;
}

export interface UpperLayerOptions {
  policy: AssociationPolicy;
  /** takes one of the places for associations, null when there is none */
  admit(): (() => void) | null;
  handler(
    association: Association,
    send: (contextId: number, response: DimseCommand) => void,
  ): MessageHandler;
  /** told what the peer asks for and what it is answered; a place may be missing all the same */
  asked(request: AssociateRequest, negotiation: Negotiation): void;
  artimMs: number;
  idleMs: number;
}

type State = 'awaiting-association' | 'open' | 'closing';

export class UpperLayer {
  readonly #socket: Socket;
  readonly #options: UpperLayerOptions;
  readonly #reader = new PduReader();
  readonly #deadline = new Deadline(() => this.#expire());
  #state: State = 'awaiting-association';
  #outcome: AssociationEnd = 'lost';
  #problem: ErrorCode | null = null;
  #handler: MessageHandler | null = null;
  #leave: () => void = () => undefined;
  #busy = false;
  /** bytes since the deadline was last moved */
  #unfinished = 0;
  #stopping = false;

  constructor(socket: Socket, options: UpperLayerOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#deadline.in(options.artimMs);
  }

  /** Resolves when the connection is over; never rejects. `problem` is what was wrong, where something was. */
  async run(): Promise<{ outcome: AssociationEnd; problem: ErrorCode | null }> {
    await readSocket(this.#socket, (chunk) => this.#chunk(chunk));
    this.#deadline.cancel();
    await this.#endHandler();
    return { outcome: this.#outcome, problem: this.#problem };
  }

  /** Ends the association as soon as no message is under way. */
  stop(): void {
    this.#stopping = true;
    if (!this.#busy) this.#stopIfIdle();
  }

  async #chunk(chunk: Buffer): Promise<void> {
    if (this.#state === 'closing') return; // what still comes is of no interest (PS3.8 Sta13)
    this.#busy = true;
    const began = performance.now();
    let messageEnded = false;
    try {
      for (const pdu of this.#reader.push(chunk)) {
        await this.#handle(pdu);
        messageEnded ||= this.#handler?.idle === true;
        if (this.#isClosing()) return;
      }
    } catch (error) {
      this.#problem = codeOf(error);
      this.#abort('aborted', abortReasonOf(this.#problem));
      return;
    } finally {
      this.#busy = false;
    }
    this.#unfinished += chunk.length;
    const isSlow = performance.now() - began >= SLOW_WORK_MS;
    if (this.#state === 'open' && (messageEnded || isSlow || this.#unfinished >= LEAST_BYTES)) {
      this.#unfinished = 0;
      this.#deadline.in(this.#options.idleMs);
    }
    if (this.#stopping) this.#stopIfIdle();
  }

  #stopIfIdle(): void {
    if (this.#handler?.idle === false) return;
    this.#abort('stopped');
    this.#socket.destroySoon(); // without waiting for the peer
  }

  async #handle(pdu: Pdu): Promise<void> {
    if (pdu.type === 'fragment' && this.#handler !== null) {
      await this.#handler.fragment(pdu.fragment);
    } else if (pdu.type === 'abort') {
      this.#lose('aborted-by-peer');
    } else if (pdu.type === 'associate-request' && this.#state === 'awaiting-association') {
      this.#associate(pdu.request);
    } else if (pdu.type === 'release-request' && this.#state === 'open') {
      this.#outcome = 'released';
      this.#close(encodeReleaseResponse());
    } else {
      this.#problem = 'DICOM_PDU_INVALID';
      this.#abort('aborted', ABORT_REASON.UNEXPECTED_PDU);
    }
  }

  #associate(request: AssociateRequest): void {
    const negotiation = negotiate(request, this.#options.policy);
    this.#options.asked(request, negotiation);
    if (!negotiation.accepted) {
      const isTitle =
        negotiation.reject === REJECT.CALLING_AE_TITLE || negotiation.reject === REJECT.CALLED_AE_TITLE;
      this.#reject(negotiation.reject, isTitle ? 'DICOM_AE_TITLE_REFUSED' : 'DICOM_PDU_INVALID');
      return;
    }
    const leave = this.#options.admit();
    if (leave === null) {
      this.#reject(REJECT.LOCAL_LIMIT, 'DICOM_ASSOCIATION_LIMIT');
      return;
    }
    this.#leave = leave;
    const { association, accept } = negotiation;
    this.#handler = this.#options.handler(association, (contextId, response) =>
      sendResponse(this.#socket, association, contextId, response),
    );
    this.#state = 'open';
    this.#socket.write(encodeAssociateAccept(accept, DICOM_APPLICATION_CONTEXT));
  }

  #reject(reject: AssociateReject, problem: ErrorCode): void {
    this.#outcome = 'rejected';
    this.#problem = problem;
    this.#close(encodeReject(reject));
  }

  #abort(outcome: AssociationEnd, reason: number = ABORT_REASON.NOT_SPECIFIED): void {
    if (this.#isClosing()) return;
    this.#outcome = outcome;
    this.#close(encodeAbort({ source: 2, reason }));
  }

  /** Nobody to speak to: the connection goes without a word (PS3.8 AA-2). */
  #lose(outcome: AssociationEnd): void {
    this.#outcome = outcome;
    this.#close(null);
  }

  /** Says the last word and waits for the peer to close, for as long as ARTIM runs (PS3.8 AA-1, AR-4). */
  #close(lastPdu: Buffer | null): void {
    this.#state = 'closing';
    void this.#endHandler();
    this.#deadline.in(this.#options.artimMs);
    if (lastPdu === null || isUnread(this.#socket)) this.#socket.destroy();
    else this.#socket.end(lastPdu);
  }

  /** Gives the place back at once: a peer that is slow to close must not keep others out. */
  async #endHandler(): Promise<void> {
    this.#leave();
    await this.#handler?.end().catch(() => undefined);
  }

  #expire(): void {
    if (this.#state === 'closing') {
      this.#socket.destroy();
    } else if (this.#busy) {
      this.#deadline.in(this.#options.idleMs); // we are late, not the peer
    } else {
      this.#problem = 'DICOM_TIMEOUT';
      if (this.#state === 'open') this.#abort('timed-out');
      else this.#lose('timed-out');
    }
  }

  #isClosing(): boolean {
    return this.#state === 'closing';
  }
}
