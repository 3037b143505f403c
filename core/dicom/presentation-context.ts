/** Presentation contexts: what the requestor proposes and what the acceptor answers (PS3.8 9.3.2.2, 9.3.3.2). */
import { ascii, ITEM, invalidItem, item, items, uidOf } from './associate-item.ts';
import { MAX_TRANSFER_SYNTAXES } from './limits.ts';

/** One proposal of the requestor. */
export interface ProposedContext {
  /** odd, 1…255 */
  id: number;
  abstractSyntax: string;
  transferSyntaxes: string[];
}

/** PS3.8 Table 9-18: 0 acceptance, 1 user rejection, 2 no reason, 3 abstract syntax, 4 transfer syntaxes. */
export type ContextResult = 0 | 1 | 2 | 3 | 4;

/** The acceptor's answer to one proposal; the transfer syntax counts only with result 0. */
export interface AnsweredContext {
  id: number;
  result: ContextResult;
  transferSyntax: string;
}

/** Throws DICOM_PDU_INVALID. */
export function decodeProposedContext(value: Buffer): ProposedContext {
  const context: ProposedContext = { id: contextId(value), abstractSyntax: '', transferSyntaxes: [] };
  for (const sub of items(value.subarray(FIXED_LENGTH))) {
    if (sub.type === ITEM.ABSTRACT_SYNTAX) context.abstractSyntax = uidOf(sub.value);
    if (sub.type === ITEM.TRANSFER_SYNTAX) {
      if (context.transferSyntaxes.length === MAX_TRANSFER_SYNTAXES)
        throw invalidItem('too many transfer syntaxes');
      context.transferSyntaxes.push(uidOf(sub.value));
    }
  }
  return context;
}

/** Throws DICOM_PDU_INVALID. */
export function decodeAnsweredContext(value: Buffer): AnsweredContext {
  const id = contextId(value);
  const result = value[2] ?? 2;
  let transferSyntax = '';
  for (const sub of items(value.subarray(FIXED_LENGTH))) {
    if (sub.type === ITEM.TRANSFER_SYNTAX) transferSyntax = uidOf(sub.value);
  }
  return { id, result: isResult(result) ? result : 2, transferSyntax };
}

export function encodeProposedContext({ id, abstractSyntax, transferSyntaxes }: ProposedContext): Buffer {
  return item(
    ITEM.CONTEXT_RQ,
    Buffer.from([id, 0, 0, 0]),
    item(ITEM.ABSTRACT_SYNTAX, ascii(abstractSyntax)),
    ...transferSyntaxes.map((syntax) => item(ITEM.TRANSFER_SYNTAX, ascii(syntax))),
  );
}

export function encodeAnsweredContext({ id, result, transferSyntax }: AnsweredContext): Buffer {
  const fixed = Buffer.from([id, 0, result, 0]);
  return item(ITEM.CONTEXT_AC, fixed, item(ITEM.TRANSFER_SYNTAX, ascii(transferSyntax)));
}

/** Id, a reserved byte, the result in an answer, a reserved byte: what stands before the sub-items. */
const FIXED_LENGTH = 4;

function contextId(value: Buffer): number {
  const id = value[0];
  if (value.length < FIXED_LENGTH || id === undefined || id % 2 === 0)
    throw invalidItem('presentation context id is not odd');
  return id;
}

function isResult(value: number): value is ContextResult {
  return value <= 4;
}
