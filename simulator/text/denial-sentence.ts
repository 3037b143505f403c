import type { SimulatedConcept } from '../finding-catalogue.ts';
import type { Random } from '../random.ts';
import { capitalised } from './noun-phrase.ts';
import { WORDINGS } from './wording.ts';

const LIST_FRAMES = [
  (list: string) => `No ${list}.`,
  (list: string) => `There is no ${list}.`,
  (list: string) => `No evidence of ${list}.`,
  (list: string) => `No ${list} is seen.`,
  (list: string) => `No ${list} is identified.`,
] as const;

/** Sentences that deny all these findings, mostly in lists ("No focal consolidation, effusion, or pneumothorax."). */
export function denialSentences(
  random: Random,
  concepts: readonly SimulatedConcept[],
  lungsClear: boolean,
): string[] {
  const names = random.shuffled(concepts).map((concept) => random.pick(WORDINGS[concept].denied));
  const sentences: string[] = [];
  if (lungsClear && names.length > 0 && random.chance(0.3))
    sentences.push(`The lungs are clear without ${orList(random, names.splice(0, 2))}.`);
  while (names.length > 0) {
    const group = names.splice(0, random.integer(1, 3));
    sentences.push(denial(random, group));
  }
  return sentences;
}

function denial(random: Random, names: readonly string[]): string {
  const [first = '', second = ''] = names;
  if (names.length === 1 && random.chance(0.15)) return `${capitalised(first)} is absent.`;
  if (names.length === 1 && random.chance(0.15)) return `${capitalised(first)}: none.`;
  if (names.length === 2 && random.chance(0.15)) return `Neither ${first} nor ${second} is seen.`;
  if (random.chance(0.1)) return `Negative for ${orList(random, names)}.`;
  return random.pick(LIST_FRAMES)(orList(random, names));
}

/** "a", "a or b", "a, b, or c" with or without the comma before "or" */
function orList(random: Random, names: readonly string[]): string {
  if (names.length < 3) return names.join(' or ');
  const comma = random.chance(0.6) ? ',' : '';
  return `${names.slice(0, -1).join(', ')}${comma} or ${names.at(-1)}`;
}
