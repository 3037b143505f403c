import { identifierWithin } from './field-length.ts';
import { MAX_ACCESSION_CANDIDATES, MAX_ACCESSIONS_PER_REPORT, MAX_IDENTIFIER_LENGTH } from './limits.ts';
import { type Message, rawRepetitions, readable, type Segment, textIn } from './message.ts';
import { once } from './once.ts';
import { readPath } from './path.ts';

/** An accession number with the assigning authority that stands beside it, '' where none does. */
export interface Accession {
  value: string;
  assigningAuthority: string;
}

export interface Accessions {
  accessions: Accession[];
  /** there were more, or more values to look at, than the limits allow */
  more: boolean;
}

/**
 * Where an accession number is looked for, the first that gives one wins. IHE Radiology puts it into OBR-18; most
 * reporting systems have it as the filler order number. OBR-20 is left to the configuration: where it is not an
 * accession number it is a room or a code, and a wrong accession joins two patients. The site table has other lists for
 * single facilities.
 */
export const DEFAULT_ACCESSION_PATHS: readonly string[] = ['OBR-18', 'OBR-3', 'ORC-3', 'TXA-15', 'IPC-1'];

/**
 * Reads the accession numbers of each report of a message, given the segments of its own: all repetitions of the first
 * path that holds any, those of its own segments before those of `shared`, which are read once. `accept` refuses
 * placeholders of the site. The fields that HL7 leaves to the sender (OBR-18 to OBR-21) are believed only when they look
 * like an accession number: real feeds keep "CHEST" there. Of each path the first `MAX_ACCESSION_CANDIDATES` count.
 */
export function accessionReader(
  message: Message,
  shared: Segment[],
  options: { paths: readonly string[]; accept: (value: string) => boolean },
): (own: Segment[]) => Accessions {
  const believed = (segments: Segment[], path: string): Accessions => {
    const { accessions, more } = candidatesAt(message, segments, path);
    const isBelieved = ({ value }: Accession): boolean =>
      options.accept(value) && (!isFreeField(path) || looksLikeAccession(value));
    const identified = accessions.filter(isBelieved).map(({ value, assigningAuthority }) => ({
      value: identifierWithin(value),
      assigningAuthority: identifierWithin(assigningAuthority),
    }));
    return { accessions: identified, more };
  };
  const sharedAt = once((path: string) => believed(shared, path));
  return (own) => {
    let more = false;
    for (const path of options.paths) {
      const found = [believed(own, path), sharedAt(path)];
      more ||= found.some((part) => part.more);
      const all = distinct(found.flatMap(({ accessions }) => accessions));
      if (all.length > 0)
        return {
          accessions: all.slice(0, MAX_ACCESSIONS_PER_REPORT),
          more: more || all.length > MAX_ACCESSIONS_PER_REPORT,
        };
    }
    return { accessions: [], more };
  };
}

/**
 * Whether a value of a field that is left to the sender is believed: at least `MIN_ACCESSION_DIGITS` digits, no white space,
 * and no longer than an identifier may be.
 */
export function looksLikeAccession(value: string): boolean {
  if (value.length > MAX_IDENTIFIER_LENGTH || /\s/.test(value)) return false;
  return value.replace(/\D/g, '').length >= MIN_ACCESSION_DIGITS;
}

const MIN_ACCESSION_DIGITS = 3;

function isFreeField(path: string): boolean {
  const { segment, field } = readPath(path);
  return segment === 'OBR' && field >= 18 && field <= 21;
}

/** Entity identifiers (EI): value & namespace; a plain string has only the first. */
function candidatesAt(message: Message, segments: Segment[], path: string): Accessions {
  const place = readPath(path);
  const { component } = message.delimiters;
  const found: Accession[] = [];
  let seen = 0;
  for (const segment of segments) {
    if (segment.name !== place.segment || !isCoded(message, segment, place.code)) continue;
    for (const raw of rawRepetitions(message, segment, place.field)) {
      if (raw === '') continue;
      seen += 1;
      if (seen > MAX_ACCESSION_CANDIDATES) return { accessions: found, more: true };
      const pieces = component === '' ? [raw] : raw.split(component, place.component + 2);
      const value = readable(message, pieces[place.component - 1] ?? '').trim();
      // A component that was asked for by its number stands alone.
      const assigningAuthority =
        place.component === 1 ? readable(message, pieces[1] || pieces[2] || '').trim() : '';
      if (value !== '') found.push({ value, assigningAuthority });
    }
  }
  return { accessions: found, more: false };
}

/** OBX-3: its identifier or its text. */
function isCoded(message: Message, segment: Segment, code: string): boolean {
  return code === '' || ['OBX-3.1', 'OBX-3.2'].some((path) => textIn(message, segment, path).trim() === code);
}

function distinct(accessions: Accession[]): Accession[] {
  return [...new Map(accessions.map((one) => [`${one.assigningAuthority}\n${one.value}`, one])).values()];
}
