/**
 * Image citations: "(series 3 image 55, 60, 80, 84-7, 96)" cites eight images of series 3. The forms are those of the
 * paper (Shin et al., CVPR 2015, section 2) and more: abbreviated ranges ("1013-78"), lists without "series", "se 4,
 * im 30", "image 5 of series 3", "series 2/3 image 4/5" (paired), "series/image 3/55".
 *
 * Each image gets one citation. Its place is the number as written (all images of a range share the range's), its
 * context the citing sentence with the one before and the one after in the same section.
 */
import type { ImageCitation } from '../radiology/events.ts';
import { type CitationGroup, CitationReader } from './citation-groups.ts';
import { type CitedRange, numbersOf } from './cited-numbers.ts';
import type { Lexicon } from './lexicon.ts';
import { MAX_CITATIONS } from './limits.ts';
import type { Sentence } from './sentences.ts';
import type { Tokens } from './tokens.ts';

/** The citations of all sentences in order, at most `MAX_CITATIONS`. What was compared with is another examination. */
export function readCitations(
  tokens: Tokens,
  sentences: readonly Sentence[],
  lexicon: Pick<Lexicon, 'citationWords'>,
): ImageCitation[] {
  const citations: ImageCitation[] = [];
  const reader = new CitationReader(tokens, lexicon.citationWords);
  for (const [index, sentence] of sentences.entries()) {
    if (sentence.section.name === 'COMPARISON') continue;
    const groups = reader.read(sentence);
    if (groups.length === 0) continue;
    const previous = sentences[index - 1];
    const following = sentences[index + 1];
    const context = {
      sentenceStart: sentence.start,
      sentenceEnd: sentence.end,
      contextStart: previous?.section === sentence.section ? previous.start : sentence.start,
      contextEnd: following?.section === sentence.section ? following.end : sentence.end,
    };
    for (const group of groups)
      for (const cited of citedImages(group)) {
        if (citations.length >= MAX_CITATIONS) return citations;
        citations.push({ ...cited, ...context });
      }
  }
  return citations;
}

type CitedImage = Pick<ImageCitation, 'seriesNumber' | 'instanceNumber' | 'start' | 'end'>;

/**
 * "Series 2/3 image 4/5" pairs them off; otherwise each series is cited with each image. One at a time, as the numbers of a
 * short text multiply: who asks stops at the most.
 */
function* citedImages({ series, images, seriesPaired, imagesPaired }: CitationGroup): Generator<CitedImage> {
  const numbers = firstNumbers(series);
  const pairs = seriesPaired && imagesPaired && numbers.length === images.length;
  for (const [index, { range, start, end }] of images.entries()) {
    const ofThis = pairs ? numbers.slice(index, index + 1) : numbers;
    const seriesNumbers: readonly (number | null)[] = ofThis.length === 0 ? [null] : ofThis;
    for (const seriesNumber of seriesNumbers)
      for (const instanceNumber of numbersOf(range)) yield { seriesNumber, instanceNumber, start, end };
  }
}

/** The numbers of the ranges; each is cited once at least, so more than the most are of no use. */
function firstNumbers(ranges: readonly CitedRange[]): number[] {
  const numbers: number[] = [];
  for (const range of ranges)
    for (const number of numbersOf(range)) {
      if (numbers.length >= MAX_CITATIONS) return numbers;
      numbers.push(number);
    }
  return numbers;
}
