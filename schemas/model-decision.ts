import { codeOf } from '../core/errors.ts';
import { isPossible, type ModelGenerations } from '../core/radiology/model-generations.ts';
import { events } from './events.ts';

/** A record of `radiology.model`; null for one that nobody can have decided. */
export function readModelDecision(key: string, value: Buffer | null): ModelGenerations | null {
  try {
    const decided = events.modelGenerations.decode(value ?? Buffer.alloc(0));
    return isPossible(key, decided) ? decided : null;
  } catch (error) {
    if (codeOf(error) !== 'EVENT_UNREADABLE') throw error;
    return null;
  }
}
