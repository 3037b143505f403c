/**
 * Code pages of RTF as names of the WHATWG Encoding Standard (RTF 1.9.1, "Character set", "Font table"); '' for one that
 * nobody decodes.
 */
export function codePageLabel(codePage: number): string {
  return CODE_PAGES.get(codePage) ?? (codePage >= 1250 && codePage <= 1258 ? `windows-${codePage}` : '');
}

/** The code page of `\fcharset`; null for those that take the document's (0 and 1), see `FontTable`. */
export function charsetCodePage(charset: number): number | null {
  return CHARSETS.get(charset) ?? null;
}

/** `\fcharset` of fonts that hold signs instead of letters. */
export const SYMBOL_CHARSET = 2;

/** A sign of the Symbol font, or of its place in Unicode's private area (U+F0xx); a bullet where it is another one. */
export function symbolSign(code: number): string {
  return SYMBOLS.get(code & 0xff) ?? (code < 0x80 ? String.fromCharCode(code) : '\u2022');
}

const CODE_PAGES: ReadonlyMap<number, string> = new Map([
  [866, 'ibm866'],
  [874, 'windows-874'],
  [932, 'shift_jis'],
  [936, 'gbk'],
  [949, 'euc-kr'],
  [950, 'big5'],
  [1361, 'euc-kr'],
  [10000, 'macintosh'],
  [10007, 'x-mac-cyrillic'],
  [20866, 'koi8-r'],
  [28591, 'windows-1252'],
  [28592, 'iso-8859-2'],
  [28605, 'iso-8859-15'],
  [54936, 'gb18030'],
  [65001, 'utf-8'],
]);

const CHARSETS: ReadonlyMap<number, number> = new Map([
  [77, 10000],
  [128, 932],
  [129, 949],
  [130, 1361],
  [134, 936],
  [136, 950],
  [161, 1253],
  [162, 1254],
  [163, 1258],
  [177, 1255],
  [178, 1256],
  [186, 1257],
  [204, 1251],
  [222, 874],
  [238, 1250],
  [254, 437],
  [255, 850],
]);

/** What reports need of it: comparisons, degrees, arrows, Greek letters. */
const SYMBOLS: ReadonlyMap<number, string> = new Map([
  [0xa3, '≤'],
  [0xb3, '≥'],
  [0xa5, '∞'],
  [0xac, '←'],
  [0xad, '↑'],
  [0xae, '→'],
  [0xaf, '↓'],
  [0xb0, '°'],
  [0xb1, '±'],
  [0xb4, '×'],
  [0xb9, '≠'],
  [0xbb, '≈'],
  ...[...'abgdeqlmprstw'].map((letter, n): [number, string] => [
    letter.charCodeAt(0),
    'αβγδεθλμπρστω'.charAt(n),
  ]),
]);

/** Upper halves of the two code pages of DOS, which the Encoding Standard does not have. */
export const DOS_CODE_PAGES: ReadonlyMap<number, string> = new Map([
  [
    437,
    'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■ ',
  ],
  [
    850,
    'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u00ad±‗¾¶§÷¸°¨·¹³²■ ',
  ],
]);
