import type { SectionName } from '../radiology/events.ts';
import { type Message, type Segment, textIn } from './message.ts';

/** What becomes of an NTE that stands behind an OBR or an OBX. */
export interface CommentUse {
  read: boolean;
  section: SectionName | null;
}

const READ: CommentUse = { read: true, section: null };
const NOT_READ: CommentUse = { read: false, section: null };
/** It says why the examination was asked for: nothing in it is a result. */
const REASON: CommentUse = { read: true, section: 'INDICATION' };

/**
 * HL7 table 0364, comment type (NTE-4; v2.5.1 2.14.10), every code of it. Instructions and the checks of order entry are not
 * the report. docs/result-status.md is the same table in words, and a test compares the two.
 */
export const COMMENT_TYPES: Readonly<Record<string, CommentUse>> = {
  '1R': REASON,
  '2R': REASON,
  AI: NOT_READ,
  DR: NOT_READ,
  GI: NOT_READ,
  GR: REASON,
  PI: NOT_READ,
  RE: READ,
};

/** By NTE-4; one that the table does not have is read, unless its words say that it is internal or an instruction. */
export function commentUse(message: Message, comment: Segment): CommentUse {
  const type = textIn(message, comment, 'NTE-4').trim().toUpperCase();
  const known = COMMENT_TYPES[type];
  const words = `${type} ${textIn(message, comment, 'NTE-4.2')}`;
  if (known === undefined && /\b(?:internal|instructions?)\b/i.test(words)) return NOT_READ;
  const use = known ?? READ;
  // Table 0105: the orderer is the source, and an orderer has no results.
  const isOrderers = textIn(message, comment, 'NTE-2').trim().toUpperCase() === 'P';
  return use.read && isOrderers ? REASON : use;
}
