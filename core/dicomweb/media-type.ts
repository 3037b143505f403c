/** Media types with parameters (RFC 9110 8.3), and the media ranges that a client accepts (PS3.18 8.7.4). */
import { MAX_ACCEPT_LENGTH, MAX_BOUNDARY_LENGTH, MAX_MEDIA_RANGES } from './limits.ts';

/** In lower case, but for the values of parameters. */
export interface MediaType {
  type: string;
  parameters: ReadonlyMap<string, string>;
}

/** What a client accepts: of `multipart/related` the type of its parts. */
export interface MediaRange {
  multipart: boolean;
  /** e.g. `application/dicom`, `image/*` */
  type: string;
  /** a UID, `*`, or null where nothing is said: Explicit VR Little Endian, or for images any (PS3.18 8.7.3) */
  transferSyntax: string | null;
}

/** Null where it is none. */
export function parseMediaType(text: string): MediaType | null {
  const [type = '', ...rest] = splitOutsideQuotes(text, ';');
  const name = type.trim().toLowerCase();
  if (!/^[!#$%&'*+.^_`|~\w-]+\/[!#$%&'*+.^_`|~\w-]+$/.test(name)) return null;
  const parameters = new Map<string, string>();
  for (const one of rest) {
    const equals = one.indexOf('=');
    if (equals < 1) continue;
    parameters.set(one.slice(0, equals).trim().toLowerCase(), unquoted(one.slice(equals + 1).trim()));
  }
  return { type: name, parameters };
}

/**
 * What an `Accept` header says, the most wanted first. None where it says nothing that could be understood; an absent
 * header accepts anything.
 */
export function parseAccept(header: string | undefined): MediaRange[] {
  if (header === undefined || header.trim() === '')
    return [{ multipart: false, type: '*/*', transferSyntax: null }];
  if (header.length > MAX_ACCEPT_LENGTH) return [];
  const ranges = splitOutsideQuotes(header, ',')
    .slice(0, MAX_MEDIA_RANGES)
    .flatMap((one) => {
      const media = parseMediaType(one);
      if (media === null) return [];
      const quality = Number(media.parameters.get('q') ?? '1');
      const multipart = media.type === 'multipart/related';
      const type = multipart ? (media.parameters.get('type') ?? '*/*').toLowerCase() : media.type;
      const transferSyntax = media.parameters.get('transfer-syntax') ?? null;
      return quality > 0 ? [{ quality, range: { multipart, type, transferSyntax } }] : [];
    });
  return ranges.sort((a, b) => b.quality - a.quality).map(({ range }) => range);
}

/** Does a range such as `image/*` take this type? */
export function takes({ type }: MediaRange, offered: string): boolean {
  return type === '*/*' || type === offered || (type.endsWith('/*') && offered.startsWith(type.slice(0, -1)));
}

/** The boundary of a multipart message; null where there is none that may be one (RFC 2046 5.1.1). */
export function boundaryOf({ parameters }: MediaType): string | null {
  const boundary = parameters.get('boundary') ?? '';
  if (boundary.length > MAX_BOUNDARY_LENGTH) return null;
  return /^[\w'()+,./:=? -]*[\w'()+,./:=?-]$/.test(boundary) ? boundary : null;
}

function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts: string[] = [];
  let quoted = false;
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\' && quoted) at += 1;
    else if (text[at] === '"') quoted = !quoted;
    else if (text[at] === separator && !quoted) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  return [...parts, text.slice(from)];
}

function unquoted(value: string): string {
  if (!value.startsWith('"') || !value.endsWith('"') || value.length < 2) return value;
  return value.slice(1, -1).replace(/\\(.)/g, '$1');
}
