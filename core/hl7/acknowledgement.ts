import { ERRORS, type ErrorCode } from '../errors.ts';
import { type Delimiters, STANDARD_DELIMITERS } from './delimiters.ts';
import { escapeText } from './escape.ts';
import { parseAnyhow, parseHeader, rawField, type Segment, textAt } from './message.ts';
import { formatTimestamp } from './timestamp.ts';

export type AcknowledgementCode = 'AA' | 'AE' | 'AR' | 'CA' | 'CE' | 'CR';

/** An answer as its receiver reads it. */
export interface Acknowledgement {
  /** MSA-1, '' where the answer holds none */
  code: AcknowledgementCode | '';
  /** MSA-2: MSH-10 of what is answered */
  controlId: string;
  /** MSA-3, else ERR-8 */
  text: string;
  /** ERR-3, a code of table 0357, '' where there is none */
  errorCode: string;
  /** ERR-5: the receiver's own code, from us one of `core/errors.ts`; '' where there is none */
  applicationCode: string;
  /** AA or CA: the receiver has it for good */
  accepted: boolean;
  raw: Buffer;
}

/** The header of the message that is answered, as far as it could be read. */
export interface AnsweredHeader {
  delimiters: Delimiters;
  msh: Segment;
}

/**
 * The answer to a message, or null where MSH-15 / MSH-16 (table 0155) ask for none. Without either it is an application
 * acknowledgement in original mode; with MSH-15 an accept acknowledgement in enhanced mode; with MSH-16 alone, or MSH-15
 * `NE`, the application acknowledgement that was asked for (HL7 v2.5.1 2.9.2, 2.9.3).
 *
 * `outcome` null means accepted. Otherwise the code decides: what can never be accepted is an error (AE, CE) when only
 * this content is wrong and a rejection (AR, CR) when MSH or the framing is; what can be accepted later is AR / CE, the
 * answers after which engines send again unchanged. The answer uses the separators of the message and ends lines with CR;
 * what it repeats of the message cannot end a line or the frame.
 */
export function buildAcknowledgement(
  header: AnsweredHeader | null,
  outcome: ErrorCode | null,
  answer: { controlId: string; at: number },
): Buffer | null {
  const delimiters = header?.delimiters ?? STANDARD_DELIMITERS;
  const field = (n: number): string => withoutFraming(rawField(header?.msh, n));
  const code = answerCode(field(15).trim().toUpperCase(), field(16).trim().toUpperCase(), outcome);
  if (code === null) return null;
  const join = (values: string[]): string => values.join(delimiters.field);
  const component = delimiters.component;
  const type = ['ACK', ...triggerEvent(field(9), component, field(12))].join(component || delimiters.field);
  const msh = ['MSH', field(2) || '^~\\&', field(5), field(6), field(3), field(4)];
  msh.push(formatTimestamp(answer.at), '', component === '' ? 'ACK' : type, answer.controlId);
  msh.push(field(11) || 'P', field(12) || '2.5.1', '', '', '', '', '', field(18));
  const lines = [trimEnd(join(msh), delimiters.field)];
  const sentence = outcome === null ? '' : escapeText(ERRORS[outcome][1], delimiters);
  lines.push(trimEnd(join(['MSA', code, field(10), sentence]), delimiters.field));
  if (outcome !== null) {
    const [number, name] = TABLE_0357[conditionOf(outcome)];
    const coded = (values: string[]): string =>
      component === '' ? (values[0] ?? '') : values.join(component);
    const err = ['ERR', '', '', coded([number, name, 'HL70357']), 'E'];
    err.push(coded([outcome, '', 'INTERLEAVE']), '', '', sentence);
    lines.push(join(err));
  }
  return Buffer.from(`${lines.join('\r')}\r`, 'latin1');
}

/** Without line ends and the characters of MLLP frames (VT, FS): FS before the CR of a line would end the answer there. */
function withoutFraming(field: string): string {
  return field.replace(/[\n\v\r\u001c]/g, '');
}

/** The MSH segment of what came, even when the rest cannot be read; null where there is none. */
export function readAnsweredHeader(bytes: Buffer): AnsweredHeader | null {
  const start = bytes.subarray(0, MAX_HEADER_BYTES);
  const line = /^(?:\u00ef\u00bb\u00bf)?[\s\u0000]*MSH[^\r\n]*/.exec(start.toString('latin1'))?.[0];
  if (line === undefined) return null;
  try {
    return parseHeader(Buffer.from(line, 'latin1'));
  } catch {
    return null;
  }
}

const MAX_HEADER_BYTES = 4096;

/** Reads an answer; whatever comes, it never throws: an answer that is none has the code ''. */
export function parseAcknowledgement(raw: Buffer): Acknowledgement {
  try {
    const message = parseAnyhow(raw);
    const given = textAt(message, 'MSA-1').trim().toUpperCase();
    const code = CODES.find((known) => known === given) ?? '';
    return {
      code,
      controlId: textAt(message, 'MSA-2'),
      text: textAt(message, 'MSA-3') || textAt(message, 'ERR-8'),
      errorCode: textAt(message, 'ERR-3.1'),
      applicationCode: textAt(message, 'ERR-5.1'),
      accepted: code === 'AA' || code === 'CA',
      raw,
    };
  } catch {
    return { code: '', controlId: '', text: '', errorCode: '', applicationCode: '', accepted: false, raw };
  }
}

const CODES: AcknowledgementCode[] = ['AA', 'AE', 'AR', 'CA', 'CE', 'CR'];

function answerCode(
  accept: string,
  application: string,
  outcome: ErrorCode | null,
): AcknowledgementCode | null {
  const fault = outcome === null ? null : faultOf(outcome);
  const original = fault === null ? 'AA' : fault === 'error' ? 'AE' : 'AR';
  if (accept === '' && application === '') return original;
  if (accept !== '' && accept !== 'NE') {
    if (!isWanted(accept, outcome)) return null;
    return fault === null ? 'CA' : fault === 'reject' ? 'CR' : 'CE';
  }
  return isWanted(application, outcome) ? original : null;
}

/** Table 0155. What is none of its codes asks for an answer: silence would stop the sender. */
function isWanted(condition: string, outcome: ErrorCode | null): boolean {
  if (condition === 'NE' || condition === '') return false;
  if (condition === 'ER') return outcome !== null;
  if (condition === 'SU') return outcome === null;
  return true;
}

function faultOf(code: ErrorCode): 'error' | 'reject' | 'later' {
  if (ERRORS[code][0] === 'retry') return 'later';
  if (code === 'INTERNAL') return 'error';
  return conditionOf(code) === 'INTERNAL' || REJECTED.has(code) ? 'reject' : 'error';
}

const REJECTED = new Set<ErrorCode>([
  'HL7_NO_MSH',
  'HL7_UNREADABLE',
  'HL7_CHARACTER_SET_UNSUPPORTED',
  'HL7_FRAME_TOO_LARGE',
  'HL7_FRAME_BROKEN',
  'HL7_TYPE_UNSUPPORTED',
  'HL7_VERSION_UNSUPPORTED',
  'HL7_PROCESSING_ID_REFUSED',
]);

/** HL7 table 0357, message error condition codes. */
const TABLE_0357 = {
  SEQUENCE: ['100', 'Segment sequence error'],
  DATA_TYPE: ['102', 'Data type error'],
  TABLE_VALUE: ['103', 'Table value not found'],
  REQUIRED: ['101', 'Required field missing'],
  TYPE: ['200', 'Unsupported message type'],
  PROCESSING_ID: ['202', 'Unsupported processing id'],
  VERSION: ['203', 'Unsupported version id'],
  DUPLICATE: ['205', 'Duplicate key identifier'],
  INTERNAL: ['207', 'Application internal error'],
} as const satisfies Record<string, readonly [string, string]>;

function conditionOf(code: ErrorCode): keyof typeof TABLE_0357 {
  switch (code) {
    case 'HL7_NO_MSH':
    case 'HL7_UNREADABLE':
    case 'HL7_FRAME_BROKEN':
      return 'SEQUENCE';
    case 'HL7_FIELD_TOO_LONG':
      return 'DATA_TYPE';
    case 'HL7_CHARACTER_SET_UNSUPPORTED':
      return 'TABLE_VALUE';
    case 'HL7_REQUIRED_FIELD_MISSING':
      return 'REQUIRED';
    case 'HL7_TYPE_UNSUPPORTED':
      return 'TYPE';
    case 'HL7_PROCESSING_ID_REFUSED':
      return 'PROCESSING_ID';
    case 'HL7_VERSION_UNSUPPORTED':
      return 'VERSION';
    case 'HL7_CONTROL_ID_REUSED':
      return 'DUPLICATE';
    default:
      return 'INTERNAL';
  }
}

/** MSH-9 of the answer: the trigger event comes back, and since 2.3.1 the message structure. */
function triggerEvent(type: string, component: string, version: string): string[] {
  const event = component === '' ? '' : (type.split(component)[1] ?? '');
  if (event === '') return [];
  return /^2\.[123]$/.test(version.trim()) ? [event] : [event, 'ACK'];
}

function trimEnd(line: string, separator: string): string {
  let end = line.length;
  while (end > 4 && line[end - 1] === separator) end -= 1;
  return line.slice(0, end);
}
