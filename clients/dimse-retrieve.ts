/** C-MOVE and C-GET as a client (PS3.4 C.4.2, C.4.3), in the study root model. */
import { COMMAND, type DimseCommand, responseTo, type SubOperations } from '../core/dicom/dimse-command.ts';
import { decodeIdentifier, encodeIdentifier, KEY } from '../core/dicom/identifier.ts';
import { isPending, queryError } from '../core/dicom/query-status.ts';
import { STATUS } from '../core/dicom/status.ts';
import { STUDY_ROOT, TRANSFER_SYNTAX } from '../core/dicom/uids.ts';
import { isUsableUid } from '../core/dicom/usable-uids.ts';
import { codeOf, InterleaveError } from '../core/errors.ts';
import { type DimseAssociation, unexpected } from './dimse-association.ts';
import { readIdentifier } from './dimse-find.ts';
import { DimseOperation } from './dimse-operation.ts';
import type { PresentationContextProposal } from './dimse-proposals.ts';
import { MAX_GET_OBJECTS, RETRIEVE_ANSWER_MS, RETRIEVE_STILL_MS } from './limits.ts';

export const MOVE_PROPOSAL: PresentationContextProposal = {
  abstractSyntax: STUDY_ROOT.MOVE,
  transferSyntaxes: [TRANSFER_SYNTAX.IMPLICIT_LITTLE],
};

export const GET_PROPOSAL: PresentationContextProposal = {
  abstractSyntax: STUDY_ROOT.GET,
  transferSyntaxes: [TRANSFER_SYNTAX.IMPLICIT_LITTLE],
};

/** A series of a study, or some objects of it. */
export interface Retrieval {
  study: string;
  series: string;
  /** null for the whole series */
  instances: readonly string[] | null;
}

export interface RetrieveOptions {
  signal?: AbortSignal | undefined;
  answerMs?: number;
  stillMs?: number;
  cancelMs?: number;
  maxObjects?: number;
}

/** What the PACS counted, the last time that it said so; null where it never did. */
export interface RetrieveResult extends SubOperations {
  /** (0008,0058), as far as it is said */
  failedInstances: string[];
}

/** An object that comes by C-GET. */
export interface IncomingObject {
  sopClassUid: string;
  sopInstanceUid: string;
  transferSyntaxUid: string;
}

/** Takes the data set of one object. The PACS waits for the status. */
export interface ObjectReceiver {
  write(bytes: Buffer): Promise<void>;
  finish(): Promise<number>;
}

/**
 * The PACS sends to the application that it knows as `destination`. Rejects with DICOM_MOVE_DESTINATION_UNKNOWN,
 * DICOM_QUERY_BUSY, DICOM_RETRIEVE_FAILED (no sub-operation could be done), DICOM_QUERY_REFUSED, DICOM_RETRIEVE_UNSUPPORTED,
 * DICOM_TIMEOUT, and with what a broken association gives. Sub-operations that failed are a result, no error.
 */
export async function move(
  association: DimseAssociation,
  destination: string,
  retrieval: Retrieval,
  options: RetrieveOptions = {},
): Promise<RetrieveResult> {
  const command = {
    field: COMMAND.C_MOVE_RQ,
    sopClassUid: STUDY_ROOT.MOVE,
    moveDestination: destination,
  };
  return retrieve(association, command, retrieval, options, async () => {
    throw unexpected();
  });
}

/** The objects come on the same association, one at a time; otherwise as `move`. */
export async function get(
  association: DimseAssociation,
  retrieval: Retrieval,
  take: (object: IncomingObject) => ObjectReceiver,
  options: RetrieveOptions = {},
): Promise<RetrieveResult> {
  const command = { field: COMMAND.C_GET_RQ, sopClassUid: STUDY_ROOT.GET };
  const { maxObjects = MAX_GET_OBJECTS } = options;
  let count = 0;
  return retrieve(association, command, retrieval, options, async (contextId, request) => {
    if (++count > maxObjects) throw unexpected();
    const status = await receive(association, contextId, request, take);
    await association.send(contextId, responseTo(request, status));
  });
}

async function retrieve(
  association: DimseAssociation,
  request: Pick<DimseCommand, 'field' | 'sopClassUid' | 'moveDestination'>,
  retrieval: Retrieval,
  { signal, answerMs = RETRIEVE_ANSWER_MS, stillMs = RETRIEVE_STILL_MS, cancelMs }: RetrieveOptions,
  store: (contextId: number, request: DimseCommand) => Promise<void>,
): Promise<RetrieveResult> {
  const context = association.contextFor(request.sopClassUid);
  if (context === undefined) throw new InterleaveError('DICOM_RETRIEVE_UNSUPPORTED');
  const identifier = identifierOf(retrieval);
  return DimseOperation.run(
    association,
    context.id,
    request,
    identifier,
    { signal, cancelMs },
    async (own) => {
      const progress = new Progress(stillMs);
      let result: RetrieveResult = {
        remaining: null,
        completed: null,
        failed: null,
        warning: null,
        failedInstances: [],
      };
      for (;;) {
        const { contextId, command } = await association.readCommand(answerMs);
        if (command.field === COMMAND.C_STORE_RQ) {
          await store(contextId, command);
          progress.made();
          continue;
        }
        if (command.field !== (request.field | 0x8000) || command.messageId !== own.messageId)
          throw unexpected();
        const bytes = command.hasDataSet ? await readIdentifier(association, contextId) : null;
        result = { ...(command.subOperations ?? result), failedInstances: failedIn(bytes) };
        if (!isPending(command.status)) return ended(result, command.status);
        progress.saw(command.subOperations);
      }
    },
  );
}

/** A series is asked for by its UID, objects by a list of theirs (PS3.4 C.4.2.1.4.1, C.2.2.2.2). */
function identifierOf({ study, series, instances }: Retrieval): Buffer {
  const keys = new Map<number, string>([
    [KEY.STUDY, study],
    [KEY.SERIES, series],
  ]);
  if (instances !== null) keys.set(KEY.SOP_INSTANCE, instances.join('\\'));
  return encodeIdentifier(instances === null ? 'SERIES' : 'IMAGE', keys);
}

async function receive(
  association: DimseAssociation,
  contextId: number,
  { sopClassUid, sopInstanceUid, hasDataSet }: DimseCommand,
  take: (object: IncomingObject) => ObjectReceiver,
): Promise<number> {
  if (!hasDataSet) throw unexpected();
  const context = association.contextOf(contextId);
  const isOurs =
    context?.abstractSyntax === sopClassUid && isUsableUid(sopInstanceUid) && sopInstanceUid !== '';
  const receiver = isOurs
    ? take({ sopClassUid, sopInstanceUid, transferSyntaxUid: context.transferSyntax })
    : REFUSE;
  await association.readDataSet(contextId, (bytes) => receiver.write(bytes));
  return receiver.finish();
}

/** For what is of another class than its context, or has no usable UID. */
const REFUSE: ObjectReceiver = {
  write: async () => undefined,
  finish: async () => STATUS.SOP_CLASS_NOT_SUPPORTED,
};

/** None where the list cannot be read: it says which failed, the counts say how many. */
function failedIn(bytes: Buffer | null): string[] {
  if (bytes === null) return [];
  try {
    const failed = decodeIdentifier(bytes, [KEY.FAILED_SOP_INSTANCES]).strings(KEY.FAILED_SOP_INSTANCES);
    return failed.filter((uid) => uid !== '' && isUsableUid(uid));
  } catch (error) {
    if (codeOf(error) === 'DICOM_DATA_SET_UNREADABLE') return [];
    throw error;
  }
}

function ended(result: RetrieveResult, status: number): RetrieveResult {
  const error = queryError(status);
  if (error !== null) throw error;
  return result;
}

/** Answers without an object more are no progress. */
class Progress {
  readonly #stillMs: number;
  #last = performance.now();
  #counts = '';

  constructor(stillMs: number) {
    this.#stillMs = stillMs;
  }

  made(): void {
    this.#last = performance.now();
  }

  saw(counts: SubOperations | undefined): void {
    const now = JSON.stringify(counts);
    if (now !== this.#counts) this.made();
    else if (performance.now() - this.#last > this.#stillMs)
      throw new InterleaveError('DICOM_TIMEOUT', 'It answers, and no object more comes.');
    this.#counts = now;
  }
}
