import { useContext } from 'preact/hooks';
import type { Assertion, CaseSummary } from './api.ts';
import { NormalConcepts } from './normality.ts';

const SIGNS: Record<Assertion, string> = { PRESENT: '+', UNCERTAIN: '?', ABSENT: '−' };
const WORDS: Record<Assertion, string> = { PRESENT: 'present', UNCERTAIN: 'uncertain', ABSENT: 'absent' };

/** The findings of a case in three states, told by sign, shape and colour alike. */
export function FindingChips({
  findings,
  seen,
  most = 12,
}: {
  findings: CaseSummary['findings'];
  /** as the reader has seen them: what differs is marked as new */
  seen?: CaseSummary['findings'] | undefined;
  most?: number;
}) {
  const normal = useContext(NormalConcepts);
  const isNormal = ({ concept }: { concept: string }) => normal.has(concept);
  const chips = [
    ...findings.present.map((concept) => ({ ...concept, assertion: 'PRESENT' as const })),
    ...findings.uncertain.map((concept) => ({ ...concept, assertion: 'UNCERTAIN' as const, chronic: false })),
    ...findings.absent.map((concept) => ({ ...concept, assertion: 'ABSENT' as const, chronic: false })),
  ];
  const all = [...chips.filter((chip) => !isNormal(chip)), ...chips.filter(isNormal)];
  if (all.length === 0) return null;
  return (
    <ul class="chips" aria-label="Findings">
      {all.slice(0, most).map(({ concept, name, assertion, chronic }) => (
        <li key={`${concept}-${assertion}`}>
          <Chip name={name} assertion={assertion} normal={normal.has(concept)} chronic={chronic} />
          {seen !== undefined && !hasFinding(seen, concept, assertion) && <span class="flag fresh">new</span>}
        </li>
      ))}
      {all.length > most && <li class="more">+{all.length - most}</li>}
    </ul>
  );
}

function hasFinding(findings: CaseSummary['findings'], concept: string, assertion: Assertion): boolean {
  const alike = { PRESENT: findings.present, UNCERTAIN: findings.uncertain, ABSENT: findings.absent };
  return alike[assertion].some((finding) => finding.concept === concept);
}

/** `normal`: the concept states normality, so that its presence is no finding; `chronic`: so, healed, or remote. */
export function Chip({
  name,
  assertion,
  normal = false,
  chronic = false,
}: {
  name: string;
  assertion: Assertion;
  normal?: boolean;
  chronic?: boolean;
}) {
  const fine = normal && assertion === 'PRESENT';
  const said = fine ? 'stated' : chronic ? `${WORDS[assertion]}, chronic` : WORDS[assertion];
  return (
    <span class={`chip ${fine ? 'normal' : assertion.toLowerCase()}`} title={`${name}: ${said}`}>
      <span class="sign" aria-hidden="true">
        {fine ? '✓' : SIGNS[assertion]}
      </span>
      {name}
      {chronic && ' (chronic)'}
      <span class="sr">: {said}</span>
    </span>
  );
}
