import { InterleaveError } from '../errors.ts';

/** The separators of one message, from its own MSH-1 and MSH-2 (HL7 v2.5.1 2.5.4); '' for one that it does not name. */
export interface Delimiters {
  field: string;
  component: string;
  repetition: string;
  escape: string;
  subcomponent: string;
  /** since 2.7 */
  truncation: string;
}

export const STANDARD_DELIMITERS: Delimiters = {
  field: '|',
  component: '^',
  repetition: '~',
  escape: '\\',
  subcomponent: '&',
  truncation: '',
};

/**
 * Reads the separators from a header segment (MSH, FHS, BHS), whose fourth character is the field separator and whose
 * next characters, up to the next one, are the others. Throws `HL7_UNREADABLE` where a letter, a digit or white space
 * would separate: such a message has lost its header.
 */
export function readDelimiters(header: string): Delimiters {
  const field = header.charAt(3);
  if (!canSeparate(field)) throw new InterleaveError('HL7_UNREADABLE', 'MSH-1 is not a valid separator.');
  const end = header.indexOf(field, 4);
  const encoding = header.slice(4, end === -1 ? undefined : end);
  if (encoding.length === 0 || encoding.length > MAX_ENCODING_CHARACTERS)
    throw new InterleaveError('HL7_UNREADABLE', 'MSH-2 names no separators.');
  const seen = new Set([field]);
  const next = (place: number): string => {
    const char = encoding.charAt(place);
    if (char === '' || seen.has(char)) return '';
    if (!canSeparate(char)) throw new InterleaveError('HL7_UNREADABLE', 'MSH-2 holds letters or digits.');
    seen.add(char);
    return char;
  };
  return {
    field,
    component: next(0),
    repetition: next(1),
    escape: next(2),
    subcomponent: next(3),
    truncation: next(4),
  };
}

const MAX_ENCODING_CHARACTERS = 8;

function canSeparate(char: string): boolean {
  return char !== '' && !/[\s\p{L}\p{N}\u0000-\u001f]/u.test(char);
}
