import type { Database, RootDatabase } from 'lmdb';

/**
 * Which cases of a partition name a patient, by the patient's key. Both directions stand in one database, so that a case
 * leaves it whole, whatever is known of its state. It names no case that does not name the patient.
 */
export class PatientIndex {
  readonly #entries: Database<string, Entry>;

  constructor(root: RootDatabase, partition: number) {
    const name = `patients-${partition}`;
    this.#entries = root.openDB<string, Entry>({ name, dupSort: true, encoding: 'ordered-binary' });
  }

  /** The patients that a case names from now on; none takes it out. In a transaction of the root. */
  set(caseId: string, keys: readonly string[]): void {
    const before = [...this.#entries.getValues(['case', caseId])];
    for (const key of before) if (!keys.includes(key)) this.#remove(caseId, key);
    for (const key of keys)
      if (!before.includes(key)) {
        this.#entries.put(['case', caseId], key);
        this.#entries.put(['patient', key], caseId);
      }
  }

  casesOf(key: string): string[] {
    return [...this.#entries.getValues(['patient', key])];
  }

  clear(): Promise<void> {
    return this.#entries.clearAsync();
  }

  #remove(caseId: string, key: string): void {
    this.#entries.remove(['case', caseId], key);
    this.#entries.remove(['patient', key], caseId);
  }
}

/** A case with its patients, or a patient with its cases. */
type Entry = ['case' | 'patient', string];
