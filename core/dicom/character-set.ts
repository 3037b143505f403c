/**
 * Text in the character sets of (0008,0005) (PS3.3 C.12.1.1.2, PS3.5 6.1.2): single sets, the multi-byte sets without code
 * extensions (UTF-8, GB18030, GBK), and code extensions by ISO 2022 escape sequences. What a set cannot hold becomes
 * U+FFFD; nothing throws, for a wrong character set must not lose an image.
 */
import { TextDecoder } from 'node:util';

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

/** What an escape sequence (without ESC) puts into G0 or G1 (PS3.3 Tables C.12-3, C.12-4). */
const DESIGNATION: ReadonlyMap<string, Partial<Elements>> = new Map(
  Object.entries({
    '(B': { g0: 'ascii' },
    '(J': { g0: 'shift_jis' },
    ')I': { g1: 'shift_jis' },
    '-A': { g1: 'latin1' },
    '-B': { g1: 'iso-8859-2' },
    '-C': { g1: 'iso-8859-3' },
    '-D': { g1: 'iso-8859-4' },
    '-L': { g1: 'iso-8859-5' },
    '-G': { g1: 'iso-8859-6' },
    '-F': { g1: 'iso-8859-7' },
    '-H': { g1: 'iso-8859-8' },
    '-M': { g1: 'windows-1254' },
    '-b': { g1: 'iso-8859-15' },
    '-T': { g1: 'windows-874' },
    $B: { g0: 'jis-x-0208' },
    '$@': { g0: 'jis-x-0208' },
    '$(D': { g0: 'jis-x-0212' },
    '$)C': { g1: 'euc-kr' },
    '$)A': { g1: 'gbk' },
  }),
);

/** The code elements in use: one for bytes below 0x80, one for those above. */
interface Elements {
  g0: string;
  g1: string;
}

export function decodeText(bytes: Buffer, characterSets: readonly string[]): string {
  const first = characterSets[0] ?? '';
  if (!bytes.includes(0x1b)) return decode(bytes, encodingOf(first));
  const initial: Elements = { g0: 'ascii', g1: encodingOf(first) };
  let elements = initial;
  let text = '';
  let from = 0;
  for (let at = 0; at < bytes.length; ) {
    const byte = bytes[at] ?? 0;
    const twoByte = elements.g0.startsWith('jis') && byte < 0x80;
    if (byte === 0x1b) {
      text += decodeRun(bytes.subarray(from, at), elements);
      const length = designationLength(bytes, at + 1);
      const designation = bytes.toString('latin1', at + 1, at + 1 + length);
      elements = { ...elements, ...DESIGNATION.get(designation) };
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

/** The bytes after ESC: one or two intermediates (0x20…0x2F) and a final one, as in `ESC ( B`, `ESC $ B`, `ESC $ ) C`. */
function designationLength(bytes: Buffer, at: number): number {
  let length = 0;
  while (length < 3 && (bytes[at + length] ?? 0) >= 0x20 && (bytes[at + length] ?? 0) <= 0x2f) length += 1;
  return Math.min(length + 1, bytes.length - at);
}

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
    text += decode(run.subarray(from, to), high ? g1 : g0);
    from = to;
  }
  return text;
}

function decode(bytes: Buffer, encoding: string): string {
  if (encoding === 'latin1' || encoding === 'ascii') return bytes.toString('latin1');
  if (encoding === 'jis-x-0208') return decoder('euc-jp').decode(bytes.map((byte) => byte | 0x80));
  if (encoding === 'jis-x-0212') return decoder('euc-jp').decode(threeByte(bytes));
  return decoder(encoding).decode(bytes);
}

/** JIS X 0212 stands in EUC-JP behind 0x8F, with high bits set. */
function threeByte(bytes: Buffer): Buffer {
  const out: number[] = [];
  bytes.forEach((byte, index) => {
    if (index % 2 === 0) out.push(0x8f);
    out.push(byte | 0x80);
  });
  return Buffer.from(out);
}

const decoders = new Map<string, TextDecoder>();

function decoder(encoding: string): TextDecoder {
  const known = decoders.get(encoding) ?? new TextDecoder(encoding);
  decoders.set(encoding, known);
  return known;
}
