import { TextDecoder } from 'node:util';

/**
 * How a character set that MSH-18 names is read.
 *
 * - `single`: one byte is one character (ASCII and its supersets), and so are the bytes of UTF-8 to whoever looks for separators
 * - `multi`: the second byte of a character may look like a separator, and is none
 * - `extension`: a set of ISO 2022 that is switched to inside fields; outside them the message is ASCII
 * - `refused`: not read here; a message that holds more than ASCII or UTF-8 all the same is refused
 */
export interface CharacterSet {
  kind: 'single' | 'multi' | 'extension' | 'refused';
  /** a name of the WHATWG Encoding Standard, '' where there is none */
  label: string;
}

/** A row of HL7 table 0211. */
export interface TableRow extends CharacterSet {
  code: string;
  /** what is to be known beside the label, for docs/character-sets.md */
  note: string;
}

/** HL7 table 0211 of v2.3 to v2.8.2, whole. 8859/1 and 8859/9 are read as their Windows supersets. */
export const TABLE_0211: readonly TableRow[] = [
  row('ASCII', 'single', 'ascii', 'the default; bytes above 0x7F are read as UTF-8, else as windows-1252'),
  row('8859/1', 'single', 'windows-1252', 'with the typographic quotes of Windows'),
  row('8859/2', 'single', 'iso-8859-2'),
  row('8859/3', 'single', 'iso-8859-3'),
  row('8859/4', 'single', 'iso-8859-4'),
  row('8859/5', 'single', 'iso-8859-5'),
  row('8859/6', 'single', 'iso-8859-6'),
  row('8859/7', 'single', 'iso-8859-7'),
  row('8859/8', 'single', 'iso-8859-8'),
  row('8859/9', 'single', 'windows-1254'),
  row('8859/15', 'single', 'iso-8859-15'),
  row('JAS2020', 'extension', '', 'the sets of ISO 2022 below'),
  row('JIS X 0202', 'extension', '', 'the sets of ISO 2022 below'),
  row('ISO IR6', 'single', 'ascii', 'as ASCII'),
  row('ISO IR14', 'multi', 'shift_jis', 'Roman and half-width katakana, the single-byte part of Shift_JIS'),
  row('ISO IR87', 'extension', '', 'JIS X 0208 by escape sequences'),
  row('ISO IR159', 'extension', '', 'JIS X 0212 by escape sequences'),
  row('GB 18030-2000', 'multi', 'gb18030'),
  row(
    'KS X 1001',
    'multi',
    'euc-kr',
    'EUC-KR, or by escape sequences; the extension of code page 949 is U+FFFD',
  ),
  row('CNS 11643-1992', 'refused', '', 'no decoder'),
  row('BIG-5', 'multi', 'big5'),
  row('UNICODE', 'single', 'utf-8', 'as UNICODE UTF-8'),
  row('UNICODE UTF-8', 'single', 'utf-8'),
  row('UNICODE UTF-16', 'refused', '', 'MLLP cannot carry it: its bytes hold those that frame a message'),
  row('UNICODE UTF-32', 'refused', '', 'as UNICODE UTF-16'),
];

/** What MSH-18 names in one repetition, however it is spelt; null for a name that nobody knows. '' is ASCII. */
export function characterSet(name: string): CharacterSet | null {
  const known = SPELLINGS.get(name);
  if (known !== undefined) return known;
  return SPELLINGS.get(name.toUpperCase().replace(/[^A-Z0-9]/g, '')) ?? encodingNamed(name);
}

function row(code: string, kind: CharacterSet['kind'], label: string, note = ''): TableRow {
  return { code, kind, label, note };
}

/** A set of the table under other names: those of ISO, of DICOM, of Microsoft, and what is found in MSH-18. */
const OTHER_NAMES: ReadonlyMap<string, readonly string[]> = new Map([
  ['ASCII', ['', 'US-ASCII', 'ISO 646', 'ISO 2022 IR 6']],
  ['8859/1', ['1252', 'CP1252', 'WINDOWS-1252', 'ANSI', 'WE8ISO8859P1', 'WE8MSWIN1252']],
  [
    'ISO IR14',
    ['ISO IR13', 'ISO 2022 IR 13', 'JIS X 0201', 'SHIFT_JIS', 'SJIS', 'MS932', 'CP932', 'WINDOWS-31J'],
  ],
  ['ISO IR87', ['ISO IR168', 'ISO 2022 IR 87', 'JIS X 0208', 'ISO-2022-JP']],
  ['ISO IR159', ['ISO 2022 IR 159', 'JIS X 0212']],
  ['JIS X 0202', ['ISO 2022', 'ISO 2022-1994', 'ISO-2022-KR', 'ISO-2022-CN']],
  [
    'GB 18030-2000',
    ['GB18030', 'GB 18030-2005', 'GB 18030-2022', 'GBK', 'CP936', 'GB2312', 'ISO IR58', 'ISO 2022 IR 58'],
  ],
  ['KS X 1001', ['ISO IR149', 'ISO 2022 IR 149', 'KS C 5601', 'EUC-KR', 'CP949', 'UHC']],
  ['CNS 11643-1992', ['CNS 11643', 'EUC-TW']],
  ['BIG-5', ['CP950']],
  ['UNICODE UTF-8', ['UTF-8', 'ISO IR192']],
  ['UNICODE UTF-16', ['UTF-16', 'UTF-16LE', 'UTF-16BE', 'UCS-2', 'ISO-10646-UCS-2']],
  ['UNICODE UTF-32', ['UTF-32']],
]);

/** By the registration numbers of ISO, which DICOM uses, too: `ISO IR100` is 8859/1. */
const REGISTERED: ReadonlyMap<string, number> = new Map([
  ['8859/1', 100],
  ['8859/2', 101],
  ['8859/3', 109],
  ['8859/4', 110],
  ['8859/5', 144],
  ['8859/6', 127],
  ['8859/7', 126],
  ['8859/8', 138],
  ['8859/9', 148],
  ['8859/15', 203],
]);

const SPELLINGS = new Map<string, CharacterSet>(
  TABLE_0211.flatMap(({ code, kind, label }) => {
    const registered = REGISTERED.get(code);
    const iso =
      registered === undefined ? [] : [`ISO ${code}`, `ISO IR${registered}`, `ISO 2022 IR ${registered}`];
    const names = [code, ...iso, ...(OTHER_NAMES.get(code) ?? [])];
    return [code, ...names.map((name) => name.replace(/[^A-Z0-9]/g, ''))].map(
      (name): [string, CharacterSet] => [name, { kind, label }],
    );
  }),
);

/** A name of the Encoding Standard (`windows-1251`, `euc-jp`), or null. */
function encodingNamed(name: string): CharacterSet | null {
  if (name.length > MAX_ENCODING_NAME) return null;
  try {
    const label = new TextDecoder(name).encoding;
    if (label.startsWith('utf-16')) return { kind: 'refused', label: '' };
    if (label === 'iso-2022-jp') return { kind: 'extension', label: '' };
    return { kind: isMultiByte(label) ? 'multi' : 'single', label };
  } catch {
    return null;
  }
}

/** True for an encoding of the Encoding Standard whose characters may have several bytes, but for UTF-8. */
export function isMultiByte(label: string): boolean {
  return MULTI_BYTE.has(label);
}

const MAX_ENCODING_NAME = 40;
const MULTI_BYTE = new Set(['gb18030', 'gbk', 'big5', 'shift_jis', 'euc-jp', 'euc-kr']);
