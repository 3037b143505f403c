import type { ReportView } from './api.ts';
import { plural } from './words.ts';

/** What of a report was not read, right above its text: the chips say nothing of it. */
export function Unread({ report: { unread } }: { report: ReportView }) {
  if (unread.length === 0) return null;
  const [are, them] = unread.length === 1 ? ['was', 'it'] : ['were', 'them'];
  return (
    <p class="unread" role="note">
      <strong>Language not read:</strong> {plural(unread.length, 'sentence')} not in English {are} not read;
      no findings from {them}.
    </p>
  );
}
