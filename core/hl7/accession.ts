import { MAX_ACCESSIONS_PER_REPORT } from './limits.ts';
import { type Message, rawRepetitions, readable, type Segment, textIn } from './message.ts';
import { readPath } from './path.ts';

/** An accession number with the assigning authority that stands beside it, '' where none does. */
export interface Accession {
  value: string;
  assigningAuthority: string;
}

/**
 * Where an accession number is looked for, the first that gives one wins. IHE Radiology puts it into OBR-18; most
 * reporting systems have it as the filler order number. OBR-20 is left to the configuration: where it is not an
 * accession number it is a room or a code, and a wrong accession joins two patients. The site table has other lists for
 * single facilities.
 */
export const DEFAULT_ACCESSION_PATHS: readonly string[] = ['OBR-18', 'OBR-3', 'ORC-3', 'TXA-15', 'IPC-1'];

/**
 * The accession numbers of one report: all repetitions of the first path that holds any. `accept` refuses placeholders
 * of the site. The fields that HL7 leaves to the sender (OBR-18 to OBR-21) are believed only when they look like an
 * accession number: real feeds keep "CHEST" there.
 */
export function accessionsOf(
  message: Message,
  segments: Segment[],
  options: { paths: readonly string[]; accept: (value: string) => boolean },
): Accession[] {
  for (const path of options.paths) {
    const found = accessionsAt(message, segments, path).filter(
      ({ value }) => options.accept(value) && (!isFreeField(path) || looksLikeAccession(value)),
    );
    if (found.length > 0) return distinct(found).slice(0, MAX_ACCESSIONS_PER_REPORT);
  }
  return [];
}

/** At least `MIN_ACCESSION_DIGITS` digits and no white space. */
export function looksLikeAccession(value: string): boolean {
  return !/\s/.test(value) && value.replace(/\D/g, '').length >= MIN_ACCESSION_DIGITS;
}

export const MIN_ACCESSION_DIGITS = 3;

function isFreeField(path: string): boolean {
  const { segment, field } = readPath(path);
  return segment === 'OBR' && field >= 18 && field <= 21;
}

/** Entity identifiers (EI): value & namespace; a plain string has only the first. */
function accessionsAt(message: Message, segments: Segment[], path: string): Accession[] {
  const place = readPath(path);
  const { component } = message.delimiters;
  return segments
    .filter((segment) => segment.name === place.segment && isCoded(message, segment, place.code))
    .flatMap((segment) => rawRepetitions(message, segment, place.field))
    .map((raw) => {
      const pieces = component === '' ? [raw] : raw.split(component);
      return {
        value: readable(message, pieces[place.component - 1] ?? '').trim(),
        // A component that was asked for by its number stands alone.
        assigningAuthority:
          place.component === 1 ? readable(message, pieces[1] || pieces[2] || '').trim() : '',
      };
    })
    .filter(({ value }) => value !== '');
}

/** OBX-3: its identifier or its text. */
function isCoded(message: Message, segment: Segment, code: string): boolean {
  return code === '' || ['OBX-3.1', 'OBX-3.2'].some((path) => textIn(message, segment, path).trim() === code);
}

function distinct(accessions: Accession[]): Accession[] {
  return [...new Map(accessions.map((one) => [`${one.assigningAuthority}\n${one.value}`, one])).values()];
}
