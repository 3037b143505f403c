import type { Finding, FindingAttribute } from '../radiology/events.ts';
import type { Modifier } from './lexicon.ts';
import type { TokenRange, Tokens } from './tokens.ts';

/** What is said of a finding, and where. */
export type Described = Pick<
  Finding,
  'laterality' | 'location' | 'change' | 'severity' | 'quantity' | 'sizesMm' | 'attributes'
>;

interface Offered {
  modifier: Modifier;
  place: TokenRange;
  away: number;
}

/** The nearest of the modifiers that are offered, of each kind (of each look); of two at the same distance the first. */
export class NearestModifiers {
  #offered: Offered[] = [];

  take(kind: Modifier['kind']): Offered | undefined {
    for (const offered of this.#offered) if (offered.modifier.kind === kind) return offered;
    return undefined;
  }

  offer(modifier: Modifier, place: TokenRange, away: number): void {
    const known = modifier.kind === 'LOOK' ? this.#look(modifier.value) : this.take(modifier.kind);
    if (known === undefined) this.#offered.push({ modifier, place, away });
    else if (away < known.away) Object.assign(known, { modifier, place, away });
  }

  #look(value: string): Offered | undefined {
    return this.#offered.find(({ modifier }) => modifier.kind === 'LOOK' && modifier.value === value);
  }

  replace(modifier: Modifier, place: TokenRange): void {
    const known = this.take(modifier.kind);
    if (known !== undefined) Object.assign(known, { modifier, place });
  }

  described(tokens: Tokens): Described {
    const described: Described = {
      laterality: '',
      location: '',
      change: '',
      severity: '',
      quantity: '',
      sizesMm: [],
      attributes: [],
    };
    for (const { modifier, place } of this.#offered) {
      const { kind, value, rule } = modifier;
      if (kind === null) continue;
      described.attributes.push(attribute(tokens, kind, value, place, rule));
      if (kind === 'LATERALITY') described.laterality = value as Finding['laterality'];
      else if (kind === 'LOCATION') described.location = value;
      else if (kind === 'CHANGE') described.change = value as Finding['change'];
      else if (kind === 'SEVERITY') described.severity = value as Finding['severity'];
      else if (kind === 'QUANTITY') described.quantity = value;
    }
    return described;
  }
}

/** An attribute with its place in the text. */
export function attribute(
  tokens: Tokens,
  kind: FindingAttribute['kind'],
  value: string,
  { first, last }: TokenRange,
  rule: string,
): FindingAttribute {
  return { kind, value, start: tokens.start(first), end: tokens.end(last - 1), rule };
}
