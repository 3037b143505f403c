/**
 * The messages of one association (PS3.7 9.3): commands are put together and answered, data sets are handed on piece by
 * piece. C-ECHO and C-STORE are understood; anything else is answered as unrecognised.
 */
import type { Association } from '../../core/dicom/association.ts';
import {
  COMMAND,
  type DimseCommand,
  decodeCommand,
  RESPONSE_BIT,
  responseTo,
} from '../../core/dicom/dimse-command.ts';
import { MAX_COMMAND_LENGTH } from '../../core/dicom/limits.ts';
import type { Fragment } from '../../core/dicom/pdu.ts';
import { STATUS } from '../../core/dicom/status.ts';
import { type ErrorCode, InterleaveError } from '../../core/errors.ts';
import type { MessageHandler } from './upper-layer.ts';

/** The answer to a C-STORE; `code` says why it is not 0000. */
export interface StoreAnswer {
  status: number;
  code: ErrorCode | null;
  /** of an object that is stored */
  studyInstanceUid?: string;
}

/** Takes one data set. `write` resolves when the next piece may come; exactly one of the other two follows. */
export interface DataSetReceiver {
  write(bytes: Buffer): Promise<void>;
  finish(): Promise<StoreAnswer>;
  abort(): Promise<void>;
}

/** What a C-STORE-RQ says of the data set that follows it. */
export interface StoreRequest {
  callingAeTitle: string;
  /** not there over HTTP */
  calledAeTitle?: string;
  /** address of the sender */
  peer?: string;
  sopClassUid: string;
  sopInstanceUid: string;
  transferSyntaxUid: string;
  /** the study that it must belong to, where one was named (STOW-RS) */
  studyInstanceUid?: string;
}

export interface DimseServiceOptions {
  association: Association;
  send(contextId: number, response: DimseCommand): void;
  store(request: StoreRequest): DataSetReceiver;
  /** reads a data set and answers; for messages that are refused before it came */
  discard(answer: StoreAnswer): DataSetReceiver;
}

export class DimseService implements MessageHandler {
  readonly #options: DimseServiceOptions;
  #commandParts: Buffer[] = [];
  #commandLength = 0;
  /** the message whose data set is awaited */
  #current: { contextId: number; command: DimseCommand; receiver: DataSetReceiver } | null = null;

  constructor(options: DimseServiceOptions) {
    this.#options = options;
  }

  get idle(): boolean {
    return this.#current === null && this.#commandLength === 0;
  }

  /** Throws DICOM_PDU_INVALID, DICOM_COMMAND_INVALID or DICOM_DATA_SET_TOO_LARGE, all of which end the association. */
  async fragment({ contextId, kind, last, bytes }: Fragment): Promise<void> {
    if (!this.#options.association.contexts.has(contextId)) throw invalid('a PDV is of no accepted context');
    if (kind === 'data-set') return this.#dataSet(contextId, last, bytes);
    if (this.#current !== null) throw invalid('a command stands where a data set is due');
    this.#commandLength += bytes.length;
    if (this.#commandLength > MAX_COMMAND_LENGTH)
      throw new InterleaveError('DICOM_COMMAND_INVALID', 'The command set is too long.');
    // Nothing is kept of what adds nothing: pieces without a byte may come without end.
    if (bytes.length > 0) this.#commandParts.push(bytes);
    if (!last) return;
    const command = decodeCommand(Buffer.concat(this.#commandParts));
    this.#commandParts = [];
    this.#commandLength = 0;
    await this.#begin(contextId, command);
  }

  async end(): Promise<void> {
    const receiver = this.#current?.receiver;
    this.#current = null;
    await receiver?.abort();
  }

  async #begin(contextId: number, command: DimseCommand): Promise<void> {
    if (command.field === COMMAND.C_CANCEL_RQ) return; // nothing here can be cancelled (PS3.7 9.3.2.3)
    if ((command.field & RESPONSE_BIT) !== 0)
      throw new InterleaveError('DICOM_COMMAND_INVALID', 'The command is a response, not a request.');
    const receiver = this.#receiver(contextId, command);
    this.#current = { contextId, command, receiver };
    if (!command.hasDataSet) await this.#finish();
  }

  #receiver(contextId: number, command: DimseCommand): DataSetReceiver {
    const { association, store, discard } = this.#options;
    const context = association.contexts.get(contextId);
    if (command.field === COMMAND.C_ECHO_RQ) return discard({ status: STATUS.SUCCESS, code: null });
    if (command.field !== COMMAND.C_STORE_RQ || context === undefined) {
      return discard({ status: STATUS.UNRECOGNIZED_OPERATION, code: 'DICOM_COMMAND_INVALID' });
    }
    const { sopClassUid, sopInstanceUid } = command;
    if (sopClassUid !== context.abstractSyntax) {
      return discard({ status: STATUS.SOP_CLASS_NOT_SUPPORTED, code: 'DICOM_SOP_CLASS_UNSUPPORTED' });
    }
    const { callingAeTitle, calledAeTitle } = association;
    const { transferSyntax: transferSyntaxUid } = context;
    return store({ callingAeTitle, calledAeTitle, sopClassUid, sopInstanceUid, transferSyntaxUid });
  }

  async #dataSet(contextId: number, last: boolean, bytes: Buffer): Promise<void> {
    if (this.#current === null || this.#current.contextId !== contextId) throw invalid('no data set is due');
    await this.#current.receiver.write(bytes);
    if (last) await this.#finish();
  }

  async #finish(): Promise<void> {
    if (this.#current === null) return;
    const { contextId, command, receiver } = this.#current;
    const { status, code } = await receiver.finish();
    this.#current = null;
    this.#options.send(contextId, responseTo(command, status, code ?? ''));
  }
}

function invalid(detail: string): InterleaveError {
  return new InterleaveError('DICOM_PDU_INVALID', detail);
}
