import type { ComponentChildren } from 'preact';
import type { Freshness } from './polling.ts';
import { clock, type When, whenWords } from './when.ts';

/**
 * What a reader must know of what stands before them: that it changed, or that nobody knows. It stays in sight while they
 * scroll, and a screen reader says it without taking the focus.
 */
export function ChangeNotices({
  lead,
  changes,
  freshness,
  quiet = false,
  children,
}: {
  /** what changed, as the subject of a sentence: "This case" */
  lead: string;
  changes: readonly { when: When; what: readonly string[] }[];
  /** null where another notice on the page says it */
  freshness: Freshness | null;
  /** changes are only said to a screen reader: the list itself shows them */
  quiet?: boolean;
  children?: ComponentChildren;
}) {
  return (
    <div class="live">
      <div role="status" aria-live="polite">
        {freshness?.old && <Unchecked freshness={freshness} />}
        {changes.map(({ when, what }, position) => (
          <p key={position} class={quiet ? 'sr' : 'changed'}>
            <strong>
              {lead} changed {whenWords(when)}:
            </strong>{' '}
            {what.join('; ')}.
          </p>
        ))}
      </div>
      {freshness?.old && (
        <button type="button" onClick={freshness.checkNow}>
          Check now
        </button>
      )}
      {changes.length > 0 && !quiet && children}
    </div>
  );
}

function Unchecked({ freshness: { checkedAt, error } }: { freshness: Freshness }) {
  return (
    <p class="unchecked">
      <strong>{checkedAt === null ? 'Not checked yet' : `Not checked since ${clock(checkedAt)}`}:</strong>{' '}
      {error === null
        ? 'asking again.'
        : `${WHY[error.code] ?? 'the search service does not answer as it should'}.`}{' '}
      What stands here may be old.
    </p>
  );
}

const WHY: Readonly<Record<string, string>> = {
  UNREACHABLE: 'the search service cannot be reached',
  ELASTICSEARCH_UNAVAILABLE: 'the index does not answer',
  INDEX_MISMATCH: 'the index is not ready',
  RATE_LIMITED: 'too many pages ask at once',
};
