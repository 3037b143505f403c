import { isAscii, isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';

/** How a message's bytes become text. `label` is a name of the WHATWG Encoding Standard. */
export interface Charset {
  label: string;
  /** the message holds other bytes than MSH-18 says, or says nothing and holds more than ASCII */
  contradicted: boolean;
}

/**
 * The character set of a message: what its bytes are counts more than what MSH-18 (table 0211) says, because many
 * senders leave it empty or write it once and never again. Bytes that are valid UTF-8 are UTF-8; otherwise the declared
 * single-byte set; otherwise windows-1252, which holds ISO 8859-1 and the typographic quotes of word processors.
 * Declared multi-byte sets of East Asia are believed.
 */
export function messageCharset(declared: string, bytes: Buffer): Charset {
  const label = LABELS.get(normalise(declared));
  if (label !== undefined && BELIEVED.has(label)) return { label, contradicted: false };
  if (isAscii(bytes)) return { label: label ?? 'ascii', contradicted: false };
  if (isUtf8(bytes)) return { label: 'utf-8', contradicted: label !== 'utf-8' };
  if (label === undefined || label === 'utf-8' || label === 'ascii')
    return { label: 'windows-1252', contradicted: true };
  return { label, contradicted: false };
}

/** Decodes text that still has one char per byte. */
export function decodeText(text: string, charset: Charset): string {
  if (charset.label === 'ascii' || (!NOT_ASCII.test(text) && charset.label !== 'iso-2022-jp')) return text;
  const bytes = Buffer.from(text, 'latin1');
  if (charset.label === 'utf-8') return bytes.toString('utf8');
  // Node's decoder of windows-1252 is one of ISO 8859-1.
  if (charset.label === 'windows-1252')
    return text.replace(C1_CONTROLS, (char) => WINDOWS_1252[char.charCodeAt(0) - 0x80] ?? char);
  return decoder(charset.label).decode(bytes);
}

const C1_CONTROLS = /[\u0080-\u009f]/g;
/** 0x80 to 0x9F; what is not assigned stays a control character. */
const WINDOWS_1252 = [...'€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ'];

const NOT_ASCII = /[\u0080-\u00ff]/;

/** HL7 table 0211 and what is found in its place. 8859/1 and 8859/9 are read as their Windows supersets. */
const LABELS = new Map<string, string>([
  ['ASCII', 'ascii'],
  ['ISOIR6', 'ascii'],
  ['UNICODEUTF8', 'utf-8'],
  ['UTF8', 'utf-8'],
  ['UNICODE', 'utf-8'],
  ['ISOIR192', 'utf-8'],
  ['88591', 'windows-1252'],
  ['ISO88591', 'windows-1252'],
  ['ISOIR100', 'windows-1252'],
  ['WINDOWS1252', 'windows-1252'],
  ['CP1252', 'windows-1252'],
  ['88592', 'iso-8859-2'],
  ['88593', 'iso-8859-3'],
  ['88594', 'iso-8859-4'],
  ['88595', 'iso-8859-5'],
  ['88596', 'iso-8859-6'],
  ['88597', 'iso-8859-7'],
  ['88598', 'iso-8859-8'],
  ['88599', 'windows-1254'],
  ['885915', 'iso-8859-15'],
  ['GB180302000', 'gb18030'],
  ['BIG5', 'big5'],
  ['KSX1001', 'euc-kr'],
  ['ISOIR87', 'iso-2022-jp'],
  ['ISOIR13', 'shift_jis'],
]);

const BELIEVED = new Set(['gb18030', 'big5', 'euc-kr', 'iso-2022-jp', 'shift_jis']);

function normalise(declared: string): string {
  return declared.toUpperCase().replace(/[^A-Z0-9]/g, '');
}

const decoders = new Map<string, TextDecoder>();

function decoder(label: string): TextDecoder {
  let found = decoders.get(label);
  if (found === undefined) {
    found = new TextDecoder(label);
    decoders.set(label, found);
  }
  return found;
}
