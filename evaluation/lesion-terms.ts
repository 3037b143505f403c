import type { CsvRow } from './csv.ts';

/** The groups that a lesion ontology sorts its terms into. */
export const LESION_GROUPS = ['bodypart', 'type', 'attribute'] as const;
export type LesionGroup = (typeof LESION_GROUPS)[number];

/** The columns of an ontology of lesions in the form of LesaNet's. */
export const ONTOLOGY_COLUMNS = ['class', 'term', 'synonyms', 'term_parents'] as const;

/** Terms with their groups, by any of their names, and with what follows from each. */
export class LesionOntology {
  readonly #groups = new Map<string, LesionGroup>();
  readonly #byName = new Map<string, string>();
  readonly #parents = new Map<string, readonly string[]>();

  constructor(rows: readonly CsvRow[]) {
    for (const row of rows) {
      const term = row['term'] ?? '';
      const group = LESION_GROUPS.find((name) => name === row['class']);
      if (term === '' || group === undefined) continue;
      this.#groups.set(term, group);
      this.#parents.set(term, listOf(row['term_parents']));
      for (const name of [...listOf(row['synonyms']), term]) this.#byName.set(plain(name), term);
    }
  }

  /** all terms that belong to a group */
  get terms(): string[] {
    return [...this.#groups.keys()];
  }

  groupOf(term: string): LesionGroup | undefined {
    return this.#groups.get(term);
  }

  /** The term that has this name. */
  named(name: string): string | undefined {
    return this.#byName.get(plain(name));
  }

  /** A set of terms with all that follow from them: the left lung is a lung, and in the chest. */
  expanded(terms: Iterable<string>): Set<string> {
    const all = new Set<string>();
    const waiting = [...terms];
    for (let term = waiting.pop(); term !== undefined; term = waiting.pop()) {
      if (all.has(term)) continue;
      all.add(term);
      waiting.push(...(this.#parents.get(term) ?? []));
    }
    return all;
  }
}

function listOf(text: string | undefined): string[] {
  return (text ?? '')
    .split('|')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** Case, hyphens and a plural do not matter. */
function plain(name: string): string {
  return name.toLowerCase().replaceAll('-', ' ').replace(/\s+/g, ' ').trim();
}
