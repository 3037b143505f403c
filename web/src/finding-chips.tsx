import type { Assertion, CaseSummary } from './api.ts';

const SIGNS: Record<Assertion, string> = { PRESENT: '+', UNCERTAIN: '?', ABSENT: '−' };
const WORDS: Record<Assertion, string> = { PRESENT: 'present', UNCERTAIN: 'uncertain', ABSENT: 'absent' };

/** The findings of a case in three states, told by sign, shape and colour alike. */
export function FindingChips({ findings, most = 12 }: { findings: CaseSummary['findings']; most?: number }) {
  const all = [
    ...findings.present.map((concept) => ({ ...concept, assertion: 'PRESENT' as const })),
    ...findings.uncertain.map((concept) => ({ ...concept, assertion: 'UNCERTAIN' as const })),
    ...findings.absent.map((concept) => ({ ...concept, assertion: 'ABSENT' as const })),
  ];
  if (all.length === 0) return null;
  return (
    <ul class="chips" aria-label="Findings">
      {all.slice(0, most).map(({ concept, name, assertion }) => (
        <li key={`${concept}-${assertion}`}>
          <Chip name={name} assertion={assertion} />
        </li>
      ))}
      {all.length > most && <li class="more">+{all.length - most}</li>}
    </ul>
  );
}

export function Chip({ name, assertion }: { name: string; assertion: Assertion }) {
  return (
    <span class={`chip ${assertion.toLowerCase()}`} title={`${name}: ${WORDS[assertion]}`}>
      <span class="sign" aria-hidden="true">
        {SIGNS[assertion]}
      </span>
      {name}
      <span class="sr">: {WORDS[assertion]}</span>
    </span>
  );
}
