/**
 * Puts free text back together that a raw field separator tore: a sender that does not escape `|` moves the rest of OBX-5
 * (NTE-3) into the fields behind it, and OBX-11 with them. Torn is a text field with line ends before or behind a separator,
 * or with the end of an OBX (`||||||F`: five empty fields and a status of HL7 table 0085) further back than it belongs.
 */
export function withWholeText(fields: string[], separator: string): string[] {
  const [name] = fields;
  if (name === 'NTE') {
    if (!fields.slice(COMMENT + 1).some(hasLineEnd)) return fields;
    return [...fields.slice(0, COMMENT), fields.slice(COMMENT).join(separator)];
  }
  if (name !== 'OBX' || fields.length <= VALUE + 1) return fields;
  if (!TEXT_TYPES.has((fields[2] ?? '').trim().toUpperCase())) return fields;
  const between = fields.slice(VALUE + 1, STATUS);
  if (!between.some(isFilled) && !fields.slice(STATUS).some(hasLineEnd)) return fields;
  const isTorn = fields.slice(VALUE + 1).some(hasLineEnd);
  const isStated = isFilled(fields[STATUS]);
  const tail = tailOf(fields);
  if (!isTorn && (isStated || (tail === -1 && !hasLineEnd(fields[VALUE])))) return fields;
  const end = tail === -1 ? filledLength(fields) : tail - (STATUS - VALUE - 1);
  return [...fields.slice(0, VALUE), fields.slice(VALUE, end).join(separator), ...fields.slice(end)];
}

const COMMENT = 3;
const VALUE = 5;
const STATUS = 11;
const TEXT_TYPES = new Set(['TX', 'FT', 'ST', 'RT', '']);
const RESULT_STATUS = /^[ABCDFINOPRSUVWX]$/;

/** Place of the last status with five empty fields before it and no line end behind; -1 where there is none. */
function tailOf(fields: readonly string[]): number {
  for (let at = fields.length - 1; at > STATUS; at -= 1) {
    const field = fields[at] ?? '';
    if (RESULT_STATUS.test(field.trim()) && !fields.slice(at - 5, at).some(isFilled)) return at;
    if (hasLineEnd(field.trim())) return -1;
  }
  return -1;
}

function filledLength(fields: readonly string[]): number {
  let length = fields.length;
  while (length > VALUE + 1 && !isFilled(fields[length - 1])) length -= 1;
  return length;
}

function isFilled(field: string | undefined): boolean {
  return field !== undefined && field.trim() !== '';
}

function hasLineEnd(field: string | undefined): boolean {
  return field !== undefined && /[\r\n]/.test(field);
}
