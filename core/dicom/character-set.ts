/**
 * Text in the character sets of (0008,0005) (PS3.3 C.12.1.1.2, PS3.5 6.1.2): single sets, the multi-byte sets without code
 * extensions (UTF-8, GB18030, GBK), and code extensions by ISO 2022 escape sequences. What a set cannot hold becomes
 * U+FFFD; nothing throws, for a wrong character set must not lose an image.
 */
import { DESIGNATIONS, decodeIn, designationLength, isTwoByteSet } from '../iso-2022.ts';

/** Encoding labels of the Encoding Standard for each defined term without code extensions. */
const SINGLE: ReadonlyMap<string, string> = new Map(
  Object.entries({
    '': 'latin1',
    'ISO_IR 6': 'latin1',
    'ISO_IR 100': 'latin1',
    'ISO_IR 101': 'iso-8859-2',
    'ISO_IR 109': 'iso-8859-3',
    'ISO_IR 110': 'iso-8859-4',
    'ISO_IR 144': 'iso-8859-5',
    'ISO_IR 127': 'iso-8859-6',
    'ISO_IR 126': 'iso-8859-7',
    'ISO_IR 138': 'iso-8859-8',
    'ISO_IR 148': 'windows-1254',
    'ISO_IR 203': 'iso-8859-15',
    'ISO_IR 13': 'shift_jis', // JIS X 0201 is its single-byte part
    'ISO_IR 166': 'windows-874',
    'ISO_IR 192': 'utf-8',
    GB18030: 'gb18030',
    GBK: 'gbk',
  }),
);

/** The code elements in use: one for bytes below 0x80, one for those above. */
interface Elements {
  g0: string;
  g1: string;
}

export function decodeText(bytes: Buffer, characterSets: readonly string[]): string {
  const first = characterSets[0] ?? '';
  if (!bytes.includes(0x1b)) return decodeIn(encodingOf(first), bytes);
  const initial: Elements = { g0: 'ascii', g1: encodingOf(first) };
  let elements = initial;
  let text = '';
  let from = 0;
  for (let at = 0; at < bytes.length; ) {
    const byte = bytes[at] ?? 0;
    const twoByte = isTwoByteSet(elements.g0) && byte < 0x80;
    if (byte === 0x1b) {
      text += decodeRun(bytes.subarray(from, at), elements);
      const length = designationLength(bytes, at + 1);
      const designation = bytes.toString('latin1', at + 1, at + 1 + length);
      const designated = DESIGNATIONS.get(designation);
      if (designated !== undefined) elements = { ...elements, [designated.element]: designated.encoding };
      at += 1 + length;
      from = at;
    } else if (!twoByte && isDelimiter(byte)) {
      // The initial sets come back at the end of a value, a component or a line (PS3.5 6.1.2.5.3).
      text += decodeRun(bytes.subarray(from, at + 1), elements);
      elements = initial;
      at += 1;
      from = at;
    } else {
      at += twoByte ? 2 : 1;
    }
  }
  return text + decodeRun(bytes.subarray(from), elements);
}

function encodingOf(term: string): string {
  const single = SINGLE.get(term) ?? SINGLE.get(term.replace(/^ISO 2022 IR /, 'ISO_IR '));
  return single ?? MULTI_BYTE.get(term) ?? 'latin1';
}

/** A value whose first set is a multi-byte one of ISO 2022 although the standard wants a single-byte set there. */
const MULTI_BYTE: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'ISO 2022 IR 87': 'shift_jis',
    'ISO 2022 IR 159': 'shift_jis',
    'ISO 2022 IR 149': 'euc-kr',
    'ISO 2022 IR 58': 'gbk',
  }),
);

function isDelimiter(byte: number): boolean {
  return byte === 0x5c || byte === 0x5e || byte === 0x3d || (byte >= 0x09 && byte <= 0x0d);
}

/** A run of bytes between two escapes: low bytes are of G0, high bytes of G1. */
function decodeRun(run: Buffer, { g0, g1 }: Elements): string {
  let text = '';
  for (let from = 0; from < run.length; ) {
    const high = (run[from] ?? 0) >= 0x80;
    let to = from + 1;
    while (to < run.length && (run[to] ?? 0) >= 0x80 === high) to += 1;
    text += decodeIn(high ? g1 : g0, run.subarray(from, to));
    from = to;
  }
  return text;
}
