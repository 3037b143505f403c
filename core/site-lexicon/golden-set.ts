/**
 * A few texts whose reading is beyond doubt. The labeler reads them when it starts and refuses to serve when one reads
 * otherwise: a changed library or lexicon that turns "no pneumothorax" into "pneumothorax" must not go unnoticed.
 */
import goldenSet from '../text/lexicon/golden-set.json' with { type: 'json' };
import { DEFAULT_LEXICON, type Lexicon } from '../text/lexicon.ts';
import { readReport, type TextReading } from '../text/reading.ts';
import { isResult } from '../text/result-sections.ts';

/** What reads otherwise than it should, one line each; empty where all is well. */
export function checkGoldenSet(lexicon: Lexicon = DEFAULT_LEXICON): string[] {
  return goldenSet.flatMap(({ text, read }) => {
    const is = summary(readReport([{ section: null, text }], lexicon));
    return is === read ? [] : [`"${text}" reads "${is}", not "${read}"`];
  });
}

/** The results with their assertion, then the cited images. */
function summary({ findings, citations }: TextReading): string {
  const results = findings.filter(isResult).map(({ concept, assertion }) => `${concept} ${assertion}`);
  const images = citations.map(
    ({ seriesNumber, instanceNumber }) => `${seriesNumber ?? '*'}/${instanceNumber}`,
  );
  return [...results, ...images].join(', ');
}
