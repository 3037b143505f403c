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
    if (citations.length >= MAX_CITATIONS) break;
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
    for (const cited of groups.flatMap(citedImages)) citations.push({ ...cited, ...context });
  }
  return citations.slice(0, MAX_CITATIONS);
}

type CitedImage = Pick<ImageCitation, 'seriesNumber' | 'instanceNumber' | 'start' | 'end'>;

/** "Series 2/3 image 4/5" pairs them off; otherwise each series is cited with each image. */
function citedImages({ series, images, seriesPaired, imagesPaired }: CitationGroup): CitedImage[] {
  const pairs = seriesPaired && imagesPaired && series.length === images.length;
  return images.flatMap(({ numbers, start, end }, index) => {
    const ofThis = pairs ? series.slice(index, index + 1) : series;
    const seriesNumbers: readonly (number | null)[] = ofThis.length === 0 ? [null] : ofThis;
    return seriesNumbers.flatMap((seriesNumber) =>
      numbers.map((instanceNumber) => ({ seriesNumber, instanceNumber, start, end })),
    );
  });
}
