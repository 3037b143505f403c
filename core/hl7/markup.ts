import { ELEMENT_NAMES } from './html-elements.ts';

/** Where an RTF document begins. An engine may have doubled its backslashes, or lost them: then nobody can read it. */
export const RTF_START = /\{\s{0,8}(?:\\{1,2}u?rtf(?![a-z])|rtf1(?=[\\ ]?ansi))/;

/** Where a whole HTML document begins, XHTML with its declaration. */
export const HTML_START = /(?:<\?xml[^<>]{0,200}>\s{0,20})?(?:<!doctype\s+html|<html(?=[\s>]))/i;

/**
 * True for text that holds RTF or HTML, a part of either, or entities: what stands in it is not what a reader is to see.
 * Plain text with single `<`, `{` or `&` ("<5 mm", "T1 < T2", "<NAME>") holds none. Linear.
 */
export function holdsMarkup(text: string): boolean {
  return RTF_START.test(text) || isRtfFragment(text) || isHtml(text) || holdsEntities(text);
}

/** Part of an RTF whose head stands elsewhere, or nowhere: paragraphs, or a group with a look of its own. */
export function isRtfFragment(text: string): boolean {
  return /\\pard?(?![a-zA-Z])|\{\\(?:b|i|ul|plain|f\d|fs\d|cf\d)(?![a-zA-Z])/.test(text);
}

/** A named or numbered character of HTML: `&nbsp;`, `&#176;`. */
export function holdsEntities(text: string): boolean {
  return /&(?:[a-z]{2,8}\d{0,2}|#\d{1,7}|#x[\da-f]{1,6});/i.test(text);
}

/** Tags of HTML that stand in no plain text: ends, line breaks, attributes, elements whose names are no words. */
export function isHtml(text: string): boolean {
  if (!text.includes('<')) return false;
  if (HTML_START.test(text) || (text.includes('<!--') && text.includes('-->'))) return true;
  let bare = 0;
  for (const [, end = '', given = '', attributes = ''] of text.matchAll(TAG)) {
    const name = given.toLowerCase();
    if (!ELEMENT_NAMES.has(name)) continue;
    if (end !== '' || SURE.has(name) || attributes.includes('=')) return true;
    if (attributes === '' && BARE.has(name) && ++bare === 2) return true;
  }
  return false;
}

const TAG = /<(\/?)([a-z][a-z0-9]{0,10})(\s[^<>]*)?\/?>/gi;

/** One of them may stand in plain text, in angle brackets; two hardly. */
const BARE: ReadonlySet<string> = new Set(
  'a b big center del head i ins meta p s script small strike style sub sup u'.split(' '),
);

const SURE: ReadonlySet<string> = new Set(
  `blockquote body br div em font h1 h2 h3 h4 h5 h6 hr html li nobr ol pre span strong table tbody td th thead tr ul
  wbr`.split(/\s+/),
);
