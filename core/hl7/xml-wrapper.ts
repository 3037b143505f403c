import { SaxesParser } from 'saxes';
import { InterleaveError } from '../errors.ts';
import { base64In } from './base64.ts';
import { ELEMENT_NAMES } from './html-elements.ts';
import { MAX_CDA_DEPTH } from './limits.ts';
import { holdsMarkup } from './markup.ts';

/** True for XML that is no HTML: its root is no element of HTML, whatever stands before it. */
export function isXml(text: string): boolean {
  const head = text.trimStart().slice(0, MAX_HEAD);
  const declaration = DECLARATION.exec(head)?.[0] ?? '';
  const root = ROOT.exec(behindProlog(head.slice(declaration.length)))?.[1];
  if (root === undefined || ELEMENT_NAMES.has(root.toLowerCase())) return false;
  return (
    declaration !== '' || new RegExp(`</${root.replaceAll('.', '\\.')}\\s*>\\s*$`).test(text.slice(-200))
  );
}

/** What stands behind comments and document types. No pattern steps over them: one takes exponential time. */
function behindProlog(head: string): string {
  let rest = head.trimStart();
  for (;;) {
    const length = rest.startsWith('<!--')
      ? rest.indexOf('-->', 4) + 3
      : (DOCTYPE.exec(rest)?.[0].length ?? 0);
    if (length < 3) return rest;
    rest = rest.slice(length).trimStart();
  }
}

const MAX_HEAD = 4_096;
const DECLARATION = /^<\?xml[^>]*>/i;
const DOCTYPE = /^<!doctype[^>[]*(?:\[[^\]]*\])?>/i;
const ROOT = /^<([a-z_][\w:.-]*)/i;

/**
 * The documents that an XML of somebody's own wraps: its texts that are RTF, HTML or Base64; where none is, its CDATA
 * sections. What its other elements say is for machines. Throws `HL7_DOCUMENT_UNREADABLE`.
 */
export function wrappedInXml(xml: string): string[] {
  const fail = (detail: string): never => {
    throw new InterleaveError('HL7_DOCUMENT_UNREADABLE', detail);
  };
  const texts: string[] = [];
  const sections: string[] = [];
  let text = '';
  let depth = 0;
  const close = (): void => {
    if (text.trim() !== '') texts.push(text);
    text = '';
  };
  const parser = new SaxesParser({ xmlns: false, position: false });
  parser.on('error', () => fail('The XML is not well formed.'));
  parser.on('doctype', () => fail('The XML has a document type declaration.'));
  parser.on('opentag', () => {
    close();
    if (++depth > MAX_CDA_DEPTH) fail('The XML is too deep.');
  });
  parser.on('closetag', () => {
    close();
    depth -= 1;
  });
  parser.on('text', (said) => {
    text += said;
  });
  parser.on('cdata', (said) => {
    sections.push(said);
    text += said;
  });
  parser.write(xml.trim()).close();
  const documents = texts.filter((one) => holdsMarkup(one) || base64In(one) !== null);
  const found = documents.length > 0 ? documents : sections.filter((one) => one.trim() !== '');
  return found.length > 0 ? found : fail('The XML holds no known document.');
}
