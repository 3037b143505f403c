import type { SearchAnswer } from './api.ts';
import { Chip } from './finding-chips.tsx';
import { plural } from './words.ts';

/** How the words were understood: the user sees at once that "no effusion" asked for absence. */
export function Understood({ answer, newest }: { answer: SearchAnswer; newest: boolean }) {
  const { query, total, tookMs } = answer;
  const count = total.relation === 'gte' ? `more than ${total.value} cases` : plural(total.value, 'case');
  const parts = partsOf(answer);
  return (
    <p class="understood" aria-live="polite">
      {newest ? `Newest of ${count}` : `${count[0]?.toUpperCase()}${count.slice(1)}`}
      {parts.length > 0 && `: ${parts.join(', ')}`}
      {query.concepts.map(({ concept, name, assertion }) => (
        <Chip key={concept + assertion} name={name} assertion={assertion} />
      ))}
      {query.phrases.map((phrase) => (
        <q key={phrase}>{phrase}</q>
      ))}
      {query.rest !== '' && query.concepts.length + query.phrases.length > 0 && (
        <span class="aside">“{query.rest}” ranks, and does not filter</span>
      )}
      {query.denied.map((words) => (
        <span key={words} class="aside">
          without “{words}”
        </span>
      ))}
      {query.numbers
        .filter(({ code }) => code !== 'CASE_WITH_NUMBER')
        .map(({ typed, message }) => (
          <span key={typed} class="aside number-note">
            {message}
          </span>
        ))}
      {query.notes.map((note) => (
        <span key={note} class="aside">
          {note}
        </span>
      ))}
      {query.respelled.map(({ typed, read }) => (
        <span key={typed} class="aside">
          “{typed}” read as “{read}”
        </span>
      ))}
      <span class="took">{tookMs} ms</span>
    </p>
  );
}

/** "8 present, 1 uncertain": a case that only may have it is counted apart. */
function partsOf({ query, total }: SearchAnswer): string[] {
  const one = query.concepts.length === 1;
  const words = {
    AS_ASKED: one ? 'present' : 'as asked',
    UNCERTAIN: 'uncertain',
    SOME: 'with some of it',
    UNREAD: 'in a language that is not read',
  };
  const counted = total.tiers.filter(({ count }) => count > 0);
  const near = total.byMeaningOnly;
  const named = near < total.value && near > 0 ? [`${total.value - near} with the words`] : [];
  return [
    ...counted.map(({ tier, count }) => `${count} ${words[tier]}`),
    ...named,
    ...(near > 0 ? [`${near} by meaning only`] : []),
  ];
}
