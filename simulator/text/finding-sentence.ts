import type { TruthFinding } from '../findings-truth.ts';
import type { Random } from '../random.ts';
import { capitalised, type NounPhrase, nounPhrase } from './noun-phrase.ts';
import { DEVICE_CLAUSES, WORDINGS } from './wording.ts';

const PRESENT_FRAMES = [
  (np: NounPhrase) => `There ${be(np)} ${np.withArticle}`,
  (np: NounPhrase) => `${capitalised(np.withArticle)} ${be(np)} present`,
  (np: NounPhrase) => `${capitalised(np.withArticle)} ${be(np)} noted`,
  (np: NounPhrase) => `${capitalised(np.withArticle)} ${be(np)} seen`,
  (np: NounPhrase) => capitalised(np.bare),
] as const;

const UNCERTAIN_FRAMES = [
  (np: NounPhrase) => `Possible ${np.bare}`,
  (np: NounPhrase) => `There may be ${np.withArticle}`,
  (np: NounPhrase) => `${capitalised(np.withArticle)} cannot be excluded`,
  (np: NounPhrase) => `Cannot exclude ${np.withArticle}`,
  (np: NounPhrase) => `Questionable ${np.bare}`,
  (np: NounPhrase) => `${capitalised(np.withArticle)} ${be(np)} suspected`,
  (np: NounPhrase) => `Findings are suspicious for ${np.withArticle}`,
] as const;

const CAUSE_TAILS = [
  (causes: string) => `, which may represent ${causes}`,
  (causes: string) => `, possibly ${causes}`,
  (causes: string) => `, suspicious for ${causes}`,
  (causes: string) => `. This could reflect ${causes}`,
] as const;

const CHANGES = {
  NEW: ['new since the prior examination', 'not seen on the prior examination'],
  UNCHANGED: ['unchanged', 'stable', 'not significantly changed since the prior examination'],
  LARGER: ['increased since the prior examination', 'worse than before'],
  SMALLER: ['decreased since the prior examination', 'improved since the prior examination'],
} as const;

const RESOLVED_FRAMES = [
  (np: NounPhrase) => `The previously seen ${np.bare} has resolved.`,
  (np: NounPhrase) => `Interval resolution of the ${np.bare}.`,
  (np: NounPhrase) => `The ${np.bare} is no longer seen.`,
] as const;

const RIBS = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth', 'tenth'];

/**
 * One sentence (or two) that affirms or doubts a finding, with its possible causes, its change since the prior
 * examination and the images it is seen on (`citation`, e.g. "(series 3, image 55)", '' for none).
 */
export function findingSentence(
  random: Random,
  finding: TruthFinding,
  causes: readonly TruthFinding[],
  citation = '',
): string {
  const cite = citation === '' ? '' : ` ${citation}`;
  const words = WORDINGS[finding.concept];
  if (words.clauses.length > 0 && finding.assertion === 'PRESENT' && random.chance(words.clauseShare))
    return `${clause(random, finding)}${cite}${changeTail(random, finding)}.`;
  if (finding.assertion === 'UNCERTAIN')
    return `${random.pick(UNCERTAIN_FRAMES)(nounPhrase(random, finding))}${cite}.`;
  const lead = finding.change === 'NEW' && random.chance(0.5) ? 'new' : '';
  const body = random.pick(PRESENT_FRAMES)(nounPhrase(random, finding, lead));
  if (causes.length > 0) return `${body}${cite}${random.pick(CAUSE_TAILS)(spokenCauses(random, causes))}.`;
  return `${body}${cite}${lead === '' ? changeTail(random, finding) : ''}.`;
}

/** "The previously seen left pneumothorax has resolved." */
export function resolvedSentence(random: Random, finding: TruthFinding): string {
  return random.pick(RESOLVED_FRAMES)(nounPhrase(random, finding));
}

/** A clause of the concept's own, e.g. "The heart is mildly enlarged". */
function clause(random: Random, finding: TruthFinding): string {
  const words = WORDINGS[finding.concept];
  const degree = words.degrees?.[Math.max(0, finding.degree - 1)] ?? '';
  const text =
    finding.device === null ? random.pick(words.clauses) : random.pick(DEVICE_CLAUSES[finding.device]);
  return text
    .replace('{adverb}', degree === '' ? '' : `${degree}ly`)
    .replace('{degree}', degree)
    .replace('{side}', finding.laterality.toLowerCase())
    .replace('{rib}', RIBS[(finding.rib ?? 1) - 1] ?? '');
}

/** ", unchanged since the prior examination"; '' where nothing is said of the prior one */
function changeTail(random: Random, finding: TruthFinding): string {
  if (finding.change === '' || finding.change === 'RESOLVED') return '';
  return `, ${random.pick(CHANGES[finding.change])}`;
}

function spokenCauses(random: Random, causes: readonly TruthFinding[]): string {
  const names = causes.map((cause) => WORDINGS[cause.concept].denied[0] ?? cause.concept);
  return names.join(random.chance(0.5) ? ' or ' : ' versus ');
}

function be(np: NounPhrase): string {
  return np.plural ? 'are' : 'is';
}
