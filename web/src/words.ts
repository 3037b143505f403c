/** How the codes of the service read in the page. */

const NAMES: Record<string, string> = {
  PRELIMINARY: 'Preliminary',
  FINAL: 'Final',
  CORRECTED: 'Corrected',
  ADDENDUM: 'Addendum',
  CANCELLED: 'Cancelled',
  JOINED: 'Report and images',
  REPORT_ONLY: 'Report only',
  IMAGES_ONLY: 'Images only',
  RECONCILIATION: 'Patients disagree: images withheld',
  WITHDRAWN: 'Withdrawn',
  PATIENT_CANNOT_TELL: 'Patient not verified',
  UNMATCHED: 'Unmatched',
  OVERFLOW: 'Not all images listed',
  NO_ACCESSION: 'No accession number',
  REPORT_CANCELLED: 'Report cancelled',
  REPORT_TIMES_DISAGREE: 'Times of the report disagree',
  REPORT_SENT_BACK: 'Preliminary again after a final report',
  WORDS: 'words',
  MEANING: 'meaning',
  IMAGE: 'the look of an image',
  PICTURE: 'its picture here, which a model finds near the words',
  F: 'Female',
  M: 'Male',
  O: 'Other',
};

export function nameOf(code: string): string {
  const known = NAMES[code];
  if (known !== undefined) return known;
  return /^[A-Z_]+$/.test(code) && code.length > 3
    ? code[0] + code.slice(1).toLowerCase().replaceAll('_', ' ')
    : code;
}

export function day(iso: string | null): string {
  return iso === null ? '' : iso.slice(0, 10);
}

/** Local date and time, to the minute. */
export function moment(iso: string): string {
  return new Date(iso).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}

/** "1st", "2nd", "11th" */
export function ordinal(n: number): string {
  const ending = Math.floor(n / 10) % 10 === 1 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th');
  return `${n}${ending}`;
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
