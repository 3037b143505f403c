/** The bytes of Base64 (RFC 2045 6.8), white space left out; one that was padded in the middle goes on behind. */
export function decodeBase64(text: string): Buffer {
  const compact = text.replace(/\s+/g, '');
  if (!/=[^=]/.test(compact)) return Buffer.from(compact, 'base64');
  return Buffer.concat(compact.split(/=+/).map((piece) => Buffer.from(piece, 'base64')));
}

/** True where lines of Base64 may stand: its characters only, and no blanks inside a line. */
export function isBase64Lines(text: string): boolean {
  return /^[A-Za-z0-9+/=_-][A-Za-z0-9+/=_\s-]*$/.test(text) && !/\S[ \t]+\S/.test(text);
}

/** True for Base64 of a document, by its first bytes. */
export function beginsDocumentInBase64(text: string): boolean {
  return DOCUMENT_HEAD.test(text);
}

/**
 * The place of Base64 that stands as lines in a text, mostly the whole of it: from where a document begins, or all lines
 * if they are long and can be no words. Null where there is none.
 */
export function base64In(text: string): { start: number; end: number } | null {
  const begin = DOCUMENT_LINE.exec(text);
  if (begin !== null) {
    const line = begin.index + (/[\r\n]/.test(text.charAt(begin.index)) ? 1 : 0);
    return linesFrom(text, line + (begin[1] ?? '').length);
  }
  const trimmed = text.trim();
  if (trimmed.length < MIN_WORDLESS || !isBase64Lines(trimmed)) return null;
  const [first = ''] = trimmed.split(/\s/, 1);
  const isNoWord = first.length >= MIN_LINE && /[a-z]/.test(first) && /[A-Z]/.test(first) && /\d/.test(first);
  return isNoWord ? { start: 0, end: text.length } : null;
}

/** Up to a shorter line, which is the last one, or padding. */
function linesFrom(text: string, start: number): { start: number; end: number } {
  LINE.lastIndex = start;
  let end = start;
  let width = 0;
  for (;;) {
    const at = LINE.lastIndex;
    const match = LINE.exec(text);
    if (match === null || match.index !== at) break;
    const [, line = ''] = match;
    end = LINE.lastIndex;
    width ||= line.length;
    if (line.endsWith('=') || line.length < width) break;
  }
  return { start, end };
}

const MIN_WORDLESS = 64;
const MIN_LINE = 40;
const LINE = /[ \t]*([A-Za-z0-9+/_-]+={0,2})[ \t]*(?:\r?\n|\r|$)\s*/y;

/** `%PDF-`, `{\rtf`, `<html`, `<!doctype`, `<?xml`, a CDA, MIME, ZIP (Word), OLE (Word), JPEG, PNG, TIFF, byte order mark. */
const HEADS =
  'JVBERi0|e1xydG|PGh0bW|PEhUTU|PEh0bW|PCFET0|PCFkb2|PD94bW|PENsaW5pY2|TUlNRS1W|Q29udGVudC1|UEsDBB|0M8R4K|/9j/|iVBORw|SUkqA|TU0AK|77u/';
const DOCUMENT_HEAD = new RegExp(`^\\s*(?:${HEADS})`);
/** At the start of a line, perhaps behind the first components of type ED. */
const DOCUMENT_LINE = new RegExp(
  `(?:^|[\\r\\n])(?=((?:[^\\r\\n^]{0,80}\\^){0,4}[ \\t]*))\\1(?:${HEADS})[A-Za-z0-9+/_-]{12}`,
);
