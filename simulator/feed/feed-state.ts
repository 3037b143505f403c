import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/** What the feed must remember over a restart. Everything else follows from the seed and the case number. */
export interface FeedState {
  seed: number;
  /** the case that begins next */
  nextCase: number;
  /** items of earlier cases that have no positive answer yet: case number → item names */
  outstanding: Record<string, string[]>;
}

/** The state of the last run with this seed; a new one where there is none, or one of another seed. */
export async function readFeedState(file: string, seed: number): Promise<FeedState> {
  const fresh: FeedState = { seed, nextCase: 0, outstanding: {} };
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return fresh;
    throw error;
  }
  const state = JSON.parse(text) as FeedState;
  return state.seed === seed ? state : fresh;
}

/** Written beside and put in place, so that a crash leaves the old state or the new one. */
export async function writeFeedState(file: string, state: FeedState): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const handle = await open(`${file}.new`, 'w', 0o600);
  try {
    await handle.writeFile(JSON.stringify(state));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${file}.new`, file);
}
