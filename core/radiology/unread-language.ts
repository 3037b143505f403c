import type { ReportReading } from './report-reading.ts';

/**
 * Is most of a report's text in a language that is not read? It has no findings then, and must not be counted as one that
 * found nothing: it shows as `LANGUAGE_NOT_READ`.
 */
export function isMostlyUnread({ text, unread }: Pick<ReportReading, 'text' | 'unread'>): boolean {
  let length = 0;
  for (const { start, end } of unread) length += end - start;
  return length * 2 > text.trim().length;
}
