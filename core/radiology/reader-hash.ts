import { createHmac } from 'node:crypto';
import { normaliseName } from './case-key.ts';

/**
 * Who interpreted a report, as a keyed hash: equal for one reader of one facility, and nothing that tells who it is to
 * whoever has not the site's secret. '' where nobody is named.
 */
export function readerHash(secret: Buffer, facility: string, reader: string): string {
  const name = normaliseName(reader);
  if (name === '') return '';
  const text = JSON.stringify(['reader', normaliseName(facility), name]);
  return createHmac('sha256', secret).update(text, 'utf8').digest('hex').slice(0, 32);
}
