/**
 * Writes HL7 v2 messages in the usual encoding characters (`|^~\&`). Nothing reaches the wire unescaped: plain strings
 * are text, and structure is said with arrays.
 */

/** A sub-component is text, a component is text or sub-components, a repetition is text or components. */
export type Component = string | readonly string[];
export type Repetition = string | { components: readonly Component[] };
export type Field = Repetition | { repetitions: readonly Repetition[] } | { lines: readonly string[] };

/** `components('A', 'B')` writes `A^B` */
export function components(...parts: Component[]): { components: readonly Component[] } {
  return { components: parts };
}

/** One segment with its fields from number 1 on; empty fields at the end are left out. Ends with a carriage return. */
export function segment(name: string, fields: readonly Field[]): string {
  const written = fields.map(writeField);
  while (written.at(-1) === '') written.pop();
  return `${[name, ...written].join('|')}\r`;
}

/** MSH is special: MSH-1 is the separator itself and MSH-2 stands unescaped (HL7 v2.5.1 2.14.9). `fields` from MSH-3. */
export function headerSegment(fields: readonly Field[]): string {
  return segment('MSH', fields).replace(/^MSH\|/, 'MSH|^~\\&|');
}

/** HL7 v2.5.1 2.7.1; control characters, which no field may hold, as hexadecimal (2.7.5). */
export function escapeText(text: string): string {
  return text.replace(SPECIAL, (character) => ESCAPES.get(character) ?? hexadecimal(character));
}

/** Lines of formatted text (FT) with `\.br\` between them (HL7 v2.5.1 2.7.6). */
function escapeLines(lines: readonly string[]): string {
  return lines.map(escapeText).join('\\.br\\');
}

const SPECIAL = /[|^~\\&\u0000-\u001f]/g;

const ESCAPES = new Map([
  ['|', '\\F\\'],
  ['^', '\\S\\'],
  ['~', '\\R\\'],
  ['\\', '\\E\\'],
  ['&', '\\T\\'],
]);

function hexadecimal(character: string): string {
  return `\\X${character.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase()}\\`;
}

function writeField(field: Field): string {
  if (typeof field === 'string') return escapeText(field);
  if ('lines' in field) return escapeLines(field.lines);
  if ('repetitions' in field) return field.repetitions.map(writeRepetition).join('~');
  return writeRepetition(field);
}

function writeRepetition(repetition: Repetition): string {
  if (typeof repetition === 'string') return escapeText(repetition);
  const written = repetition.components.map((part) =>
    typeof part === 'string' ? escapeText(part) : part.map(escapeText).join('&'),
  );
  while (written.at(-1) === '') written.pop();
  return written.join('^');
}
