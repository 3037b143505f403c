import { InterleaveError } from '../errors.ts';
import { MAX_FIELD_LENGTH, MAX_IDENTIFIER_LENGTH } from './limits.ts';

/** The identifier itself. Throws `HL7_FIELD_TOO_LONG` above `MAX_IDENTIFIER_LENGTH`: cut, it might be another's. */
export function identifierWithin(value: string): string {
  if (value.length <= MAX_IDENTIFIER_LENGTH) return value;
  throw new InterleaveError(
    'HL7_FIELD_TOO_LONG',
    `An identifier has more than ${MAX_IDENTIFIER_LENGTH} characters.`,
  );
}

/** The first `MAX_FIELD_LENGTH` units of a text that is no identifier. */
export function textWithin(value: string): string {
  return value.slice(0, MAX_FIELD_LENGTH);
}

/** Cuts texts, and knows whether it had to. */
export class TextCutter {
  hasCut = false;

  readonly cut = (value: string): string => {
    const within = textWithin(value);
    if (within.length < value.length) this.hasCut = true;
    return within;
  };
}
