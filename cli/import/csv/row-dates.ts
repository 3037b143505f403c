import { parseTimestamp } from '../../../core/hl7/timestamp.ts';

/** Reads a time as a table writes it into the form of HL7 (`YYYYMMDDHHMMSS+ZZZZ`, as far as it is known); null for none. */
export type DateReader = (value: string) => string | null;

/**
 * Reads times in one format: `YYYY`, `MM`, `DD`, `HH` (or `hh` with `A` for AM and PM), `mm`, `ss`, and what stands between
 * them. The time of day may be missing in a value. Without a format: ISO 8601, or HL7. Null where the format names no whole date.
 */
export function dateReader(format: string | null): DateReader | null {
  if (format === null) return (value) => checked(isoParts(value.trim()));
  if (!['YYYY', 'M', 'D'].every((token) => format.includes(token))) return null;
  const tokens: string[] = [];
  const [day = '', ...rest] = format.trim().split(TIME_OF_DAY);
  const time = rest.length === 0 ? '' : format.trim().slice(day.length);
  const pattern = (text: string) =>
    text.replace(TOKEN, (token, other: string | undefined) => {
      if (other !== undefined) return `\\${other}`;
      tokens.push(token[0] === 'M' || token[0] === 'D' ? token[0] : token);
      return token === 'YYYY' ? '(\\d{4})' : token === 'A' ? '([AaPp])\\.?[Mm]\\.?' : '(\\d{1,2})';
    });
  const expression = new RegExp(`^${pattern(day.trimEnd())}(?:${pattern(time)})?$`);
  return (value) => {
    const match = expression.exec(value.trim());
    if (match === null) return null;
    const found = new Map(tokens.map((token, at) => [token, match[at + 1]]));
    return checked(partsOf(found));
  };
}

/** A separator and the first token of a time of day. */
const TIME_OF_DAY = /[\sT,]*(?=[Hh])/;
const TOKEN = /YYYY|MM?|DD?|HH?|hh?|mm|ss|A|([^A-Za-z0-9\s])/g;

interface Parts {
  date: string;
  time: string;
  zone: string;
}

function isoParts(value: string): Parts | null {
  const match = ISO.exec(value);
  if (match === null) return null;
  const [, year = '', month = '', day = '', hour, minute = '00', second = '00', zone = ''] = match;
  const time = hour === undefined ? '' : `${hour}${minute}${second}`;
  return {
    date: `${year}${month}${day}`,
    time,
    zone: time === '' ? '' : zone === 'Z' ? '+0000' : zone.replace(':', ''),
  };
}

const ISO =
  /^(\d{4})-?(\d\d)-?(\d\d)(?:[T ]?(\d\d):?(\d\d)(?::?(\d\d)(?:[.,]\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?)?$/;

function partsOf(found: ReadonlyMap<string, string | undefined>): Parts {
  const two = (token: string) => (found.get(token) ?? '').padStart(2, '0');
  const half = found.get('A')?.toUpperCase();
  const given = found.get('HH') ?? found.get('H') ?? found.get('hh') ?? found.get('h');
  const hour = half === undefined ? given : String((Number(given) % 12) + (half === 'P' ? 12 : 0));
  return {
    date: `${found.get('YYYY') ?? ''}${two('M')}${two('D')}`,
    time: hour === undefined ? '' : `${hour.padStart(2, '0')}${two('mm')}${two('ss')}`,
    zone: '',
  };
}

function checked(parts: Parts | null): string | null {
  if (parts === null) return null;
  const stamp = `${parts.date}${parts.time}${parts.zone}`;
  return parseTimestamp(stamp, 'UTC') === null ? null : stamp;
}
