import { decodeText } from './charset.ts';
import {
  charsetCodePage,
  codePageLabel,
  DOS_CODE_PAGES,
  SYMBOL_CHARSET,
  symbolSign,
} from './rtf-code-pages.ts';

interface Font {
  charset: number | null;
  codePage: number | null;
  name: string;
}

/**
 * How bytes of an RTF become text: by the font that they stand in (`\fcharset`, `\cpg`), else by the document's code page
 * (`\ansicpg`). Charset 0 is Windows' western one, unless no font of the document is of its own code page: many writers
 * give every font a 0.
 */
export class FontTable {
  readonly #fonts = new Map<number, Font>();
  #documentPage = 1252;
  /** the one that is being described or written in */
  documentFont = 0;

  setDocumentPage(codePage: number): void {
    this.#documentPage = codePage;
  }

  describe(number: number): Font {
    const font = { charset: null, codePage: null, name: '' };
    this.#fonts.set(number, font);
    return font;
  }

  /** Text of bytes, one char for each. What no code page says is U+FFFD. */
  decode(bytes: string, fontNumber: number): string {
    const font = this.#fonts.get(fontNumber);
    if (font !== undefined && isSymbolFont(font))
      return /symbol/i.test(font.name)
        ? Array.from(bytes, (byte) => symbolSign(byte.charCodeAt(0))).join('')
        : Array.from(bytes, (byte) => (byte < '\u0080' ? byte : '\u2022')).join('');
    const page = this.#pageOf(font);
    const dos = DOS_CODE_PAGES.get(page);
    if (dos !== undefined)
      return bytes.replace(NOT_ASCII, (byte) => dos.charAt(byte.charCodeAt(0) - 0x80) || '\ufffd');
    const label = codePageLabel(page);
    if (label === '') return bytes.replace(NOT_ASCII, '\ufffd');
    return decodeText(bytes, { label, contradicted: false });
  }

  /** Text that is decoded already: in the Symbol font its ASCII characters are signs, as bytes there are. */
  signs(text: string, fontNumber: number): string {
    const font = this.#fonts.get(fontNumber);
    if (font === undefined || !isSymbolFont(font) || !/symbol/i.test(font.name)) return text;
    return text.replace(ASCII, (char) => symbolSign(char.charCodeAt(0)));
  }

  #pageOf(font: Font | undefined): number {
    if (font?.codePage != null) return font.codePage;
    if (font?.charset == null || font.charset === 1) return this.#documentPage;
    if (font.charset !== 0) return charsetCodePage(font.charset) ?? this.#documentPage;
    const isPageSaid = [...this.#fonts.values()].some(
      ({ charset }) => charset !== null && charsetCodePage(charset) === this.#documentPage,
    );
    return isPageSaid ? 1252 : this.#documentPage;
  }
}

function isSymbolFont({ charset, name }: Font): boolean {
  return charset === SYMBOL_CHARSET || /^(?:symbol|wingdings|webdings)/i.test(name.trim());
}

const NOT_ASCII = /[\u0080-\u00ff]/g;
const ASCII = /[\u0021-\u007f]/g;
