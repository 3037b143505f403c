import { SaxesParser } from 'saxes';
import { InterleaveError } from '../errors.ts';
import type { ReportPart } from '../radiology/events.ts';
import { MAX_CDA_DEPTH } from './limits.ts';
import { sectionOf } from './section-code.ts';

/** What a CDA document (HL7 CDA R2 4.2) says to a reader. (phi) */
export interface CdaText {
  parts: ReportPart[];
  /** of a document without sections: the file that it wraps (`nonXMLBody`) */
  wrapped: Buffer | null;
}

/**
 * The narrative text of the sections of a CDA, one part for each: title and `<text>`, block elements on lines of their
 * own, named by the section's LOINC code or title. Entities are only those of XML itself: nothing is fetched or expanded.
 * Throws `HL7_DOCUMENT_UNREADABLE`.
 */
export function cdaText(xml: string): CdaText {
  const reader = new CdaReader();
  const parser = new SaxesParser({ xmlns: false, position: false });
  const fail = (detail: string): never => {
    throw new InterleaveError('HL7_DOCUMENT_UNREADABLE', detail);
  };
  parser.on('error', () => fail('The XML is not well formed.'));
  parser.on('doctype', () => fail('A CDA must not have a document type declaration.'));
  parser.on('opentag', ({ name, attributes }) => reader.open(localName(name), attributes));
  parser.on('closetag', ({ name }) => reader.close(localName(name)));
  parser.on('text', (text) => reader.say(text));
  parser.on('cdata', (text) => reader.say(text));
  parser.write(xml).close();
  return { parts: reader.parts, wrapped: reader.wrapped };
}

interface Section {
  code: string;
  title: string;
  text: string;
}

class CdaReader {
  readonly parts: ReportPart[] = [];
  wrapped: Buffer | null = null;
  readonly #path: string[] = [];
  readonly #sections: Section[] = [];
  #wrappedText = '';
  #wrapsBase64 = false;

  open(name: string, attributes: Record<string, string>): void {
    if (this.#path.length >= MAX_CDA_DEPTH) throw new InterleaveError('HL7_DOCUMENT_UNREADABLE', 'Too deep.');
    const parent = this.#path.at(-1);
    this.#path.push(name);
    if (name === 'section') {
      // What the outer section has said so far stands before the inner one.
      this.#give();
      this.#sections.push({ code: '', title: '', text: '' });
    }
    const section = this.#sections.at(-1);
    if (section !== undefined && name === 'code' && parent === 'section')
      section.code = attributes['code'] ?? '';
    if (section !== undefined && BLOCKS.has(name)) section.text += '\n';
    if (name === 'text' && parent === 'nonXMLBody')
      this.#wrapsBase64 = attributes['representation'] === 'B64';
  }

  close(name: string): void {
    this.#path.pop();
    const section = this.#sections.at(-1);
    if (name === 'section') {
      this.#give();
      this.#sections.pop();
    } else if (section !== undefined && BLOCKS.has(name)) section.text += '\n';
    else if (section !== undefined && CELLS.has(name)) section.text += ' ';
    else if (name === 'nonXMLBody')
      this.wrapped = Buffer.from(this.#wrappedText, this.#wrapsBase64 ? 'base64' : 'utf8');
  }

  say(text: string): void {
    const section = this.#sections.at(-1);
    if (this.#path.includes('nonXMLBody')) this.#wrappedText += text;
    else if (section === undefined) return;
    else if (this.#path.at(-1) === 'title' && this.#path.at(-2) === 'section') section.title += text;
    // The coded entries of a section say the same to machines.
    else if (this.#isNarrative()) section.text += text.replace(/\s+/g, ' ');
  }

  #isNarrative(): boolean {
    const at = this.#path.lastIndexOf('section');
    return this.#path[at + 1] === 'text';
  }

  #give(): void {
    const section = this.#sections.at(-1);
    if (section === undefined) return;
    const lines = section.text.split('\n').map((line) => line.trim());
    const text = lines.filter((line) => line !== '').join('\n');
    section.text = '';
    if (text === '') return;
    const named = sectionOf({ code: section.code, suffix: '', text: section.title });
    const title = section.title.replace(/\s+/g, ' ').trim();
    // A heading that names no section of ours is part of what is said.
    this.parts.push({ section: named, text: named === null && title !== '' ? `${title}:\n${text}` : text });
  }
}

/** CDA R2 4.3.5: what stands on lines of its own, and what stands beside each other. */
const BLOCKS = new Set(['paragraph', 'br', 'list', 'item', 'table', 'tr', 'caption', 'thead', 'tbody']);
const CELLS = new Set(['td', 'th']);

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}
