import { catalogueEntry, type Organ } from '../finding-catalogue.ts';
import type { FindingsTruth, TruthFinding } from '../findings-truth.ts';
import type { Random } from '../random.ts';
import { denialSentences } from './denial-sentence.ts';
import { findingSentence, resolvedSentence } from './finding-sentence.ts';
import { NEUTRAL_SENTENCES, NORMAL_SENTENCES, RECOMMENDATIONS } from './wording.ts';

/** The images on which a finding can be seen, as the report cites them; '' where it cites none. */
export type Cite = (finding: TruthFinding) => string;

const ORGANS: readonly Organ[] = ['device', 'heart', 'lung', 'pleura', 'bone'];

/** Most findings an IMPRESSION repeats; the rest stand in FINDINGS only. */
const MAX_IMPRESSION_ITEMS = 4;

/** FINDINGS: organ by organ, what is there, what is doubted, what is denied, what is normal. One sentence per item. */
export function findingsSentences(random: Random, truth: FindingsTruth, cite: Cite): string[] {
  const affirmed = affirmedFindings(truth);
  const disturbed = new Set(affirmed.map((finding) => catalogueEntry(finding.concept).organ));
  const denials = denialSentencesOf(random, truth);
  const sentences: string[] = [];
  for (const organ of ORGANS) {
    if (organ === 'heart' && truth.normal.includes('heart-normal'))
      sentences.push(random.pick(NORMAL_SENTENCES['heart-normal']));
    if (
      organ === 'lung' &&
      truth.normal.includes('lungs-clear') &&
      !denials.join().includes('lungs are clear')
    )
      sentences.push(random.pick(NORMAL_SENTENCES['lungs-clear']));
    for (const finding of affirmed)
      if (catalogueEntry(finding.concept).organ === organ)
        sentences.push(findingSentence(random, finding, causesOf(truth, finding), cite(finding)));
    if (organ === 'pleura') sentences.push(...denials);
    const neutral = NEUTRAL_SENTENCES.filter((item) => item.organ === organ && !disturbed.has(item.organ));
    if (neutral.length > 0 && random.chance(0.5)) sentences.push(random.pick(neutral).text);
  }
  return sentences;
}

/** IMPRESSION: the affirmed findings again in other words, or that there is nothing acute. One string per item. */
export function impressionItems(random: Random, truth: FindingsTruth, cite: Cite): string[] {
  const affirmed = affirmedFindings(truth).slice(0, MAX_IMPRESSION_ITEMS);
  if (affirmed.length === 0) return [random.pick(NORMAL_SENTENCES['normal-study'])];
  const items = affirmed.map((finding) =>
    findingSentence(random, finding, causesOf(truth, finding), random.chance(0.3) ? cite(finding) : ''),
  );
  const last = affirmed.at(-1);
  if (last !== undefined && random.chance(0.35)) {
    const kind = last.concept === 'nodule' || last.concept === 'mass' ? last.concept : 'other';
    items.push(random.pick(RECOMMENDATIONS[kind]));
  }
  return items;
}

function affirmedFindings(truth: FindingsTruth): TruthFinding[] {
  return truth.findings.filter((finding) => finding.assertion !== 'ABSENT' && finding.causeOf === '');
}

function causesOf(truth: FindingsTruth, finding: TruthFinding): TruthFinding[] {
  return truth.findings.filter((other) => other.causeOf === finding.concept);
}

function denialSentencesOf(random: Random, truth: FindingsTruth): string[] {
  const absent = truth.findings.filter((finding) => finding.assertion === 'ABSENT');
  const resolved = absent.filter((finding) => finding.change === 'RESOLVED');
  const plain = absent.filter((finding) => finding.change !== 'RESOLVED').map((finding) => finding.concept);
  return [
    ...resolved.map((finding) => resolvedSentence(random, finding)),
    ...denialSentences(random, plain, truth.normal.includes('lungs-clear')),
  ];
}
