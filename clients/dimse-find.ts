/** C-FIND as a client (PS3.4 C.4.1), in the study root model. */
import type { DataSet } from '../core/dicom/data-set.ts';
import { COMMAND } from '../core/dicom/dimse-command.ts';
import { decodeIdentifier, encodeIdentifier, type Keys, type QueryLevel } from '../core/dicom/identifier.ts';
import { MAX_IDENTIFIER_LENGTH } from '../core/dicom/limits.ts';
import { isPending, queryError } from '../core/dicom/query-status.ts';
import { STUDY_ROOT, TRANSFER_SYNTAX } from '../core/dicom/uids.ts';
import { codeOf, InterleaveError } from '../core/errors.ts';
import { type DimseAssociation, unexpected } from './dimse-association.ts';
import { DimseOperation } from './dimse-operation.ts';
import type { PresentationContextProposal } from './dimse-proposals.ts';
import { FIND_ANSWER_MS } from './limits.ts';

export const FIND_PROPOSAL: PresentationContextProposal = {
  abstractSyntax: STUDY_ROOT.FIND,
  transferSyntaxes: [TRANSFER_SYNTAX.IMPLICIT_LITTLE],
};

export interface FindRequest {
  level: QueryLevel;
  keys: Keys;
  /** more are not read: the query is cancelled */
  maxAnswers: number;
  signal?: AbortSignal | undefined;
  answerMs?: number;
  cancelMs?: number;
}

export interface FindResult {
  answers: DataSet[];
  /** false where the PACS has more, or says that it gives no more */
  complete: boolean;
  /** answers that could not be read */
  unreadable: number;
}

/**
 * Rejects with DICOM_QUERY_BUSY (out of resources, or too many matches), DICOM_QUERY_REFUSED, DICOM_DATA_SET_TOO_LARGE,
 * DICOM_RETRIEVE_UNSUPPORTED, and with what a broken association gives. What rejects ends the association.
 */
export async function find(association: DimseAssociation, request: FindRequest): Promise<FindResult> {
  const { level, keys, maxAnswers, signal, answerMs = FIND_ANSWER_MS, cancelMs } = request;
  const context = association.contextFor(STUDY_ROOT.FIND);
  if (context === undefined) throw new InterleaveError('DICOM_RETRIEVE_UNSUPPORTED', 'It takes no C-FIND.');
  const command = { field: COMMAND.C_FIND_RQ, sopClassUid: STUDY_ROOT.FIND };
  const identifier = encodeIdentifier(level, keys);
  const result: FindResult = { answers: [], complete: true, unreadable: 0 };
  return DimseOperation.run(
    association,
    context.id,
    command,
    identifier,
    { signal, cancelMs },
    async (own) => {
      for (;;) {
        const { contextId, command: answer } = await association.readCommand(answerMs);
        if (answer.field !== COMMAND.C_FIND_RSP || answer.messageId !== own.messageId) throw unexpected();
        const bytes = answer.hasDataSet ? await readIdentifier(association, contextId) : null;
        if (!isPending(answer.status)) return ended(result, answer.status);
        if (own.cancelled) continue;
        if (result.answers.length + result.unreadable < maxAnswers) {
          addTo(result, bytes, keys);
        } else {
          result.complete = false;
          own.cancel();
        }
      }
    },
  );
}

/** Throws DICOM_DATA_SET_TOO_LARGE. */
export async function readIdentifier(association: DimseAssociation, contextId: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  await association.readDataSet(contextId, (bytes) => {
    length += bytes.length;
    if (length > MAX_IDENTIFIER_LENGTH)
      throw new InterleaveError('DICOM_DATA_SET_TOO_LARGE', 'It is an answer of the PACS.');
    parts.push(bytes);
  });
  return Buffer.concat(parts);
}

function addTo(result: FindResult, bytes: Buffer | null, keys: Keys): void {
  try {
    result.answers.push(decodeIdentifier(bytes ?? Buffer.alloc(0), keys.keys()));
  } catch (error) {
    if (codeOf(error) !== 'DICOM_DATA_SET_UNREADABLE') throw error;
    result.unreadable += 1;
  }
}

/** Some end with "cancelled", unasked, where they give no more answers. */
function ended(result: FindResult, status: number): FindResult {
  const error = queryError(status);
  if (error === null) return result;
  if (error.code !== 'DICOM_QUERY_CANCELLED') throw error;
  return { ...result, complete: false };
}
