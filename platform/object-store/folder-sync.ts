import { syncFolder } from '../files.ts';

/**
 * Syncs folders for several writers at once. A name that was made before the call is durable when it resolves; who asks
 * while a sync of that folder is under way shares the next one, which begins when this one is done.
 */
export class FolderSync {
  readonly #sync: (folder: string) => Promise<void>;
  readonly #folders = new Map<string, { running: Promise<void>; next: Promise<void> | null }>();

  constructor(sync: (folder: string) => Promise<void> = syncFolder) {
    this.#sync = sync;
  }

  of(folder: string): Promise<void> {
    const state = this.#folders.get(folder);
    if (state === undefined) return this.#run(folder);
    state.next ??= state.running.catch(() => undefined).then(() => this.#run(folder));
    return state.next;
  }

  #run(folder: string): Promise<void> {
    const running = this.#sync(folder);
    const state = { running, next: null };
    this.#folders.set(folder, state);
    const forget = () => {
      if (this.#folders.get(folder) === state && state.next === null) this.#folders.delete(folder);
    };
    running.then(forget, forget);
    return running;
  }
}
