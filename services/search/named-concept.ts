import { conceptName } from '../../core/text/concepts.ts';
import type { NamedConcept } from './answers.ts';

/** A concept with the name that people read. */
export function named(concept: string): NamedConcept {
  return { concept, name: conceptName(concept) };
}
