import { InterleaveError } from '../errors.ts';
import { MAX_RTF_DEPTH } from './limits.ts';
import { DOCUMENT_PAGES, SPECIAL, SYMBOLS } from './rtf-characters.ts';
import { symbolSign } from './rtf-code-pages.ts';
import { BLOCK_DESTINATIONS, bringsBack, leavesOut } from './rtf-destinations.ts';
import { FontTable } from './rtf-fonts.ts';

/**
 * The text of an RTF document (RTF 1.9.1) as somebody sees it: paragraphs and rows end lines, cells are parted by tabs;
 * tables of the file, pictures, instructions, comments, hidden (`\v`), deleted (`\deleted`) and struck out (`\strike`)
 * text are none of it. With `isBytes` a char is a byte in a code page, otherwise it is decoded already. Reads from `from`
 * to the end of the group that begins there, `end`, or, for a fragment without one, of the source.
 *
 * Linear in the length, with a stack of at most `MAX_RTF_DEPTH`. Throws `HL7_DOCUMENT_UNREADABLE` for a deeper one, and
 * where the end is missing in a place that swallows the rest.
 */
export function rtfText(source: string, { isBytes = false, from = 0 } = {}): { text: string; end: number } {
  return new RtfReader(source, isBytes, from).read();
}

/** What a group hands on to the groups inside it. */
interface State {
  /** the destination for which it is left out, '' where it is text */
  out: string;
  /** what it says stands apart, on lines of its own */
  isApart: boolean;
  hidden: boolean;
  deleted: boolean;
  struck: boolean;
  font: number;
  /** chars that stand in for a `\u` */
  fallback: number;
}

const PLAIN = { hidden: false, deleted: false, struck: false };

class RtfReader {
  readonly #source: string;
  readonly #isBytes: boolean;
  readonly #fonts = new FontTable();
  readonly #text: string[] = [];
  readonly #outer: State[] = [];
  #at: number;
  #state: State = { out: '', isApart: false, ...PLAIN, font: 0, fallback: 1 };
  /** bytes in a code page that were not decoded yet: a char may be two of them */
  #bytes = '';
  /** chars still to be left out behind a `\u` */
  #skip = 0;
  #starred = false;
  #opened = false;
  #described: ReturnType<FontTable['describe']> | null = null;

  constructor(source: string, isBytes: boolean, from: number) {
    this.#source = source;
    this.#isBytes = isBytes;
    this.#at = from;
  }

  read(): { text: string; end: number } {
    const isGroup = this.#source[this.#at] === '{';
    while (this.#at < this.#source.length) {
      const char = this.#source[this.#at];
      if (char === '{') this.#open();
      else if (char === '}') {
        this.#close();
        if (isGroup && this.#outer.length === 0) break;
      } else if (char === '\\') this.#control();
      else this.#run();
    }
    if (this.#state.out !== '') throw unreadable('The RTF ends before its text.');
    this.#flush();
    return { text: this.#text.join(''), end: Math.min(this.#at, this.#source.length) };
  }

  #open(): void {
    if (this.#outer.length >= MAX_RTF_DEPTH) throw unreadable('The RTF is too deep.');
    this.#flush();
    this.#skip = 0;
    this.#outer.push(this.#state);
    this.#state = { ...this.#state, isApart: false };
    this.#opened = true;
    this.#at += 1;
  }

  #close(): void {
    this.#flush();
    if (this.#state.isApart) this.#endLine();
    this.#skip = 0;
    this.#opened = false;
    this.#state = this.#outer.pop() ?? this.#state;
    this.#at += 1;
  }

  /** Chars up to the next one that means something; ends of lines mean nothing. */
  #run(): void {
    RUN.lastIndex = this.#at;
    const run = RUN.exec(this.#source)?.[0] ?? '';
    this.#at += Math.max(1, run.length);
    let shown = run.replace(BREAKS, '');
    if (shown === '') return;
    this.#opened = false;
    if (this.#skip > 0) {
      const skipped = Math.min(this.#skip, shown.length);
      this.#skip -= skipped;
      shown = shown.slice(skipped);
    }
    if (this.#described !== null && this.#state.out === 'fonttbl') this.#described.name += shown;
    if (!this.#isBytes) this.#say(this.#fonts.signs(shown, this.#state.font));
    else if (this.#isShown()) this.#bytes += shown;
  }

  #control(): void {
    const symbol = this.#source[this.#at + 1] ?? '';
    WORD.lastIndex = this.#at + 1;
    const match = WORD.exec(this.#source);
    if (match !== null) {
      this.#at += 1 + match[0].length;
      const [, word = '', digits] = match;
      this.#word(word, digits === undefined ? null : Number(digits));
    } else if (symbol === "'") this.#hex();
    else {
      this.#at += 2;
      this.#symbol(symbol);
    }
  }

  /** A byte in the code page. */
  #hex(): void {
    const code = Number.parseInt(this.#source.slice(this.#at + 2, this.#at + 4), 16);
    this.#at += 4;
    if (Number.isNaN(code)) return;
    this.#opened = false;
    if (this.#skip > 0) this.#skip -= 1;
    else if (this.#isShown()) this.#bytes += String.fromCharCode(code);
  }

  #symbol(symbol: string): void {
    const text = SYMBOLS[symbol];
    if (text !== undefined) this.#special(text);
    else if (symbol === '*') this.#starred = true;
  }

  /** A sign that stands for a character, and may stand in for a `\u`. */
  #special(text: string): void {
    this.#opened = false;
    if (this.#skip > 0 && text !== '\n') this.#skip -= 1;
    else this.#say(text);
  }

  #word(word: string, value: number | null): void {
    const starred = this.#starred;
    const opened = this.#opened;
    this.#starred = false;
    this.#opened = false;
    const text = SPECIAL[word];
    if (text !== undefined && !starred) this.#special(text);
    else {
      this.#skip = 0;
      if (word === 'u') this.#unicode(value ?? 0);
      else if (word === 'bin') this.#binary(value ?? 0);
      else {
        this.#enter(word, starred, opened);
        this.#format(word, value);
      }
    }
  }

  #enter(word: string, starred: boolean, opened: boolean): void {
    const state = this.#state;
    if (bringsBack(word, state.out)) state.out = '';
    else if (state.out === '' && leavesOut(word, starred, opened)) {
      this.#flush();
      state.out = word;
    }
    if (!BLOCK_DESTINATIONS.has(word)) return;
    this.#endLine();
    state.isApart = true;
  }

  #format(word: string, value: number | null): void {
    const on = value !== 0;
    const page = word === 'ansicpg' ? value : DOCUMENT_PAGES[word];
    if (word === 'v') this.#change({ hidden: on });
    else if (word === 'deleted') this.#change({ deleted: on });
    else if (word === 'strike' || word === 'striked') this.#change({ struck: on });
    else if (word === 'plain') this.#change({ ...PLAIN, font: this.#fonts.documentFont });
    else if (word === 'uc') this.#state.fallback = Math.max(0, value ?? 1);
    else if (word === 'deff') {
      this.#fonts.documentFont = value ?? 0;
      this.#change({ font: value ?? 0 });
    } else if (word === 'f' && this.#state.out !== 'fonttbl') this.#change({ font: value ?? 0 });
    else if (this.#state.out === 'fonttbl') this.#describe(word, value);
    else if (page != null && page !== 0) this.#fonts.setDocumentPage(page);
  }

  #describe(word: string, value: number | null): void {
    if (word === 'f') this.#described = this.#fonts.describe(value ?? 0);
    else if (this.#described !== null && word === 'fcharset') this.#described.charset = value;
    else if (this.#described !== null && word === 'cpg') this.#described.codePage = value;
  }

  #change(how: Partial<State>): void {
    this.#flush();
    Object.assign(this.#state, how);
  }

  /** Signed 16 bits; some writers put a whole code point. Signs of fonts lie in the private area. */
  #unicode(value: number): void {
    const code = value < 0 ? value + 0x10000 : value;
    if (code >= 0xf020 && code <= 0xf0ff) this.#say(symbolSign(code));
    else if (code <= 0xffff) this.#say(String.fromCharCode(Math.max(0, code)));
    else this.#say(code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd');
    this.#skip = this.#state.fallback;
  }

  #binary(length: number): void {
    if (length < 0 || length > this.#source.length - this.#at) throw unreadable('The RTF is cut off.');
    this.#at += length;
  }

  #isShown(): boolean {
    const { out, hidden, deleted, struck } = this.#state;
    return out === '' && !hidden && !deleted && !struck;
  }

  #say(text: string): void {
    if (text === '' || !this.#isShown()) return;
    this.#flush();
    this.#text.push(text);
  }

  #endLine(): void {
    this.#flush();
    if (this.#text.at(-1)?.endsWith('\n') === false) this.#say('\n');
  }

  #flush(): void {
    if (this.#bytes === '') return;
    this.#text.push(this.#fonts.decode(this.#bytes, this.#state.font));
    this.#bytes = '';
  }
}

const RUN = /[^\\{}]+/y;
const BREAKS = /[\r\n\u0000]/g;
/** Letters, a number, and one blank (or the end of a line, which means nothing anyway) that ends them. */
const WORD = /([a-zA-Z]{1,32})(-?\d{1,10})? ?/y;

function unreadable(detail: string): InterleaveError {
  return new InterleaveError('HL7_DOCUMENT_UNREADABLE', detail);
}
