import type { Database, RootDatabase } from 'lmdb';

/**
 * Which cases of a partition name a patient, by the patient's key. Both directions stand in one database, so that a case
 * leaves it whole, whatever is known of its state. It names no case that does not name the patient.
 */
export class PatientIndex {
  /** `case/<case id>` → the keys of its patients, and `patient/<key>/<case id>` */
  readonly #entries: Database<string[], string>;

  constructor(root: RootDatabase, partition: number) {
    this.#entries = root.openDB<string[], string>({ name: `patients-${partition}` });
  }

  /**
   * The patients that a case names from now on; none takes it out. In a transaction of the root, where lmdb-js may only be
   * asked for single keys: a cursor there reads what the transaction has just moved.
   */
  set(caseId: string, keys: readonly string[]): void {
    const before = this.#entries.get(`case/${caseId}`) ?? [];
    const removed = before.filter((key) => !keys.includes(key));
    const added = keys.filter((key) => !before.includes(key));
    if (removed.length === 0 && added.length === 0) return;
    for (const key of removed) this.#entries.remove(`patient/${key}/${caseId}`);
    for (const key of added) this.#entries.put(`patient/${key}/${caseId}`, []);
    if (keys.length === 0) this.#entries.remove(`case/${caseId}`);
    else this.#entries.put(`case/${caseId}`, [...keys]);
  }

  casesOf(key: string): string[] {
    const start = `patient/${key}/`;
    const found = this.#entries.getKeys({ start, end: `patient/${key}0` });
    return [...found].map((one) => one.slice(start.length));
  }

  clear(): Promise<void> {
    return this.#entries.clearAsync();
  }
}
