import { Parser } from 'htmlparser2';
import { InterleaveError } from '../errors.ts';
import {
  BLOCK_ELEMENTS,
  CELL_ELEMENTS,
  DELETED_ELEMENTS,
  ELEMENT_NAMES,
  PREFORMATTED_ELEMENTS,
  UNSEEN_ELEMENTS,
} from './html-elements.ts';
import { HtmlLines } from './html-lines.ts';
import { HiddenBySheet, isStruckByStyle, isUnseenByStyle } from './html-styles.ts';
import { MAX_HTML_DEPTH } from './limits.ts';

/**
 * The text of an HTML document as a reader sees it: blocks and `<br>` end lines, rows are lines, cells are parted by tabs;
 * head, styles, scripts, comments, attributes, what a style hides and what is struck out (`<del>`, `<s>`) are none of it.
 * In a fragment the sender's own line ends stay: many mix them with tags. Throws `HL7_DOCUMENT_UNREADABLE` where an end
 * is missing that would swallow the rest, and above `MAX_HTML_DEPTH`.
 */
export function htmlText(source: string, { isFragment = false } = {}): string {
  const reader = new HtmlReader(isFragment);
  const parser = new Parser(
    {
      onopentag: (name, attributes) => reader.open(name, attributes),
      onclosetag: (name, isImplied) => reader.close(name, isImplied),
      ontext: (text) => reader.say(text),
      oncomment: () => reader.comment(),
    },
    { recognizeSelfClosing: true, decodeEntities: true },
  );
  const unwrapped = source.includes('<![CDATA[') ? source.replace(CDATA_MARKS, '') : source;
  parser.write(withoutStrayMarks(unwrapped));
  reader.isEnding = true;
  parser.end();
  return reader.lines.text;
}

/** `<` that begins no tag as text: a parser of HTML takes all up to the next `>` for one, and drops it. */
export function withoutStrayMarks(source: string): string {
  const last = source.lastIndexOf('>');
  return source.replace(MARK, (mark: string, name: string | undefined, at: number) => {
    // A tag that never ends is text, unless nothing but its name is left of it.
    if (at > last) return isCutTag(source, at) ? mark : `&lt;${mark.slice(1)}`;
    if (name === undefined ? mark.length > 1 : ELEMENT_NAMES.has(name.toLowerCase()) || name.includes(':'))
      return mark;
    return `&lt;${mark.slice(1)}`;
  });
}

/** What an XML around HTML left of itself: what stands between them is HTML. */
const CDATA_MARKS = /<!\[CDATA\[|\]\]>/g;

/** Declarations and comments, or a name; after a name stands what may follow one. */
const MARK = /<(?:[!?]|\/?([a-z][a-z0-9-]{0,30}(?::[a-z0-9_-]{1,40})?(?=[\s/>]|$))|)/gi;

function isCutTag(source: string, at: number): boolean {
  return source.length - at < 40 && /^<\/?[a-z0-9]*$/i.test(source.slice(at));
}

/** An element that is open, and what it does to the text inside. */
interface Open {
  name: string;
  isSilent: boolean;
}

class HtmlReader {
  readonly lines: HtmlLines;
  /** no more of the source is to come: what closes now was never closed */
  isEnding = false;
  readonly #open: Open[] = [];
  readonly #sheet = new HiddenBySheet();
  #silent = 0;
  #preformatted = 0;
  #style = '';

  constructor(isFragment: boolean) {
    this.lines = new HtmlLines(isFragment);
  }

  open(name: string, attributes: Record<string, string>): void {
    if (this.#open.length >= MAX_HTML_DEPTH) throw unreadable('The HTML is too deep.');
    if (Object.entries(attributes).some(swallowsText)) throw unreadable('A tag of the HTML has no end.');
    const isSilent = this.#silences(name, attributes);
    this.#open.push({ name, isSilent });
    if (isSilent) this.#silent += 1;
    if (PREFORMATTED_ELEMENTS.has(name)) this.#preformatted += 1;
    if (name === 'style') this.#style = '';
    if (this.#silent > 0) return;
    if (name === 'br') this.lines.break();
    else if (name === 'tr') this.lines.row();
    else if (BLOCK_ELEMENTS.has(name)) this.lines.block();
  }

  close(name: string, isImplied: boolean): void {
    const closed = this.#open.pop();
    if (PREFORMATTED_ELEMENTS.has(name)) this.#preformatted -= 1;
    if (closed?.isSilent === true) {
      if (this.isEnding && isImplied && !VOID.has(name)) throw unreadable('The HTML ends before its text.');
      if (name === 'style') this.#sheet.add(this.#style);
      this.#silent -= 1;
    } else if (this.#silent > 0) return;
    else if (CELL_ELEMENTS.has(name)) this.lines.cell();
    else if (name === 'tr') this.lines.row();
    else if (BLOCK_ELEMENTS.has(name)) this.lines.block();
  }

  say(text: string): void {
    if (this.#silent > 0) {
      if (this.#open.at(-1)?.name === 'style') this.#style += text;
      return;
    }
    this.lines.say(text, this.#preformatted > 0);
  }

  comment(): void {
    if (this.isEnding) throw unreadable('A comment of the HTML has no end.');
  }

  #silences(name: string, attributes: Record<string, string>): boolean {
    return (
      UNSEEN_ELEMENTS.has(name) ||
      DELETED_ELEMENTS.has(name) ||
      name.startsWith('w:') ||
      attributes['hidden'] !== undefined ||
      isUnseenByStyle(attributes['style'] ?? '') ||
      isStruckByStyle(attributes['style'] ?? '') ||
      this.#sheet.hides(name, attributes)
    );
  }
}

const VOID = new Set(['area', 'base', 'basefont', 'embed', 'frame', 'link', 'meta', 'param']);

/** An attribute that goes on over the next tags, because its quote is not closed. */
function swallowsText([name, value]: [string, string]): boolean {
  if (value.length <= 8 || MAY_HOLD_HTML.test(name)) return false;
  return />[^<>]*<\/?[a-z]/i.test(value) && /<br|<\/|<p\b|<div/i.test(value);
}

const MAY_HOLD_HTML = /^(?:data-|on|title$|srcdoc$|content$|alt$|value$|summary$)/;

function unreadable(detail: string): InterleaveError {
  return new InterleaveError('HL7_DOCUMENT_UNREADABLE', detail);
}
