import { DEFAULT_LEXICON, type Lexicon } from '../core/text/lexicon.ts';
import { readForEncoding } from '../core/text/reading.ts';
import { bootstrap, type Interval } from './bootstrap.ts';
import { findingPhrases, type SynonymPair, synonymPairs } from './synonym-pairs.ts';

/** A case as it was published: the captions of its images, and what its report found. */
export interface CaptionedCase {
  captions: readonly string[];
  findings: string;
}

export type EmbedTexts = (texts: readonly string[]) => Promise<Float32Array[]>;

/** Captions are searched with, Findings are found. */
export interface CaptionRetrieval {
  cases: number;
  captions: number;
  recallAt10: number;
  ci95: Interval;
  /** of a ranking by lot */
  chance: number;
  /** the same with one vector of the whole Findings; a labeler takes the mean of the sentences */
  recallAt10WholeText: number;
}

/** `nearer`: the share of pairs in which "no X" lies nearer to "X" than a synonym does. The less, the better. */
export interface NegationConfusion {
  pairs: number;
  concepts: number;
  nearer: number;
  ci95: Interval;
  chance: number;
}

export interface TextEncoderEvaluation {
  retrieval: CaptionRetrieval;
  negation: NegationConfusion;
  /** of each case and each concept: what differences of two encoders are resampled from */
  parts: { recalls: number[]; confusions: Share[] };
}

interface Share {
  hits: number;
  of: number;
}

const TOP = 10;

/**
 * What a text encoder is chosen by. Own caption → own Findings: each distinct caption of a case ranks the Findings of all, and the
 * share of those that have their own among the first ten is taken by case. Of Findings that lie as near as the own one, all
 * stand before it. Findings are embedded as the labeler does it (the mean direction of the sentences that it encodes).
 */
export async function evaluateTextEncoder(
  cases: readonly CaptionedCase[],
  embed: EmbedTexts,
  lexicon: Lexicon = DEFAULT_LEXICON,
): Promise<TextEncoderEvaluation> {
  const known = new Map<string, Float32Array>();
  const read = cases.flatMap(({ captions, findings }) => {
    const sentences = readForEncoding([{ section: 'FINDINGS', text: findings }], lexicon).toEncode;
    const asked = [...new Set(captions.map((caption) => caption.trim()))].filter((caption) => caption !== '');
    return sentences.length === 0 || asked.length === 0 ? [] : [{ asked, sentences, whole: findings.trim() }];
  });
  const phrases = findingPhrases(
    cases.flatMap(({ captions, findings }) => [...captions, findings]),
    lexicon,
  );
  const pairs = synonymPairs(phrases);
  const texts = new Set([
    ...read.flatMap(({ asked, sentences, whole }) => [...asked, ...sentences, whole]),
    ...pairs.flatMap(({ name, synonym }) => [name, synonym, denied(name)]),
  ]);
  const order = [...texts];
  for (const [i, vector] of (await embed(order)).entries()) known.set(order[i] ?? '', vector);
  const vectorOf = (text: string): Float32Array => known.get(text) ?? new Float32Array();

  const queries = read.map(({ asked }) => asked.map(vectorOf));
  const recalls = recallsOf(
    queries,
    read.map(({ sentences }) => sumOf(sentences.map(vectorOf))),
  );
  const whole = recallsOf(
    queries,
    read.map((one) => vectorOf(one.whole)),
  );
  const confusions = confusionsOf(pairs, vectorOf);
  return {
    retrieval: {
      cases: read.length,
      captions: queries.flat().length,
      recallAt10: mean(recalls),
      ci95: bootstrap(recalls.length, (drawn) => mean(drawnOf(recalls, drawn))),
      chance: Math.min(1, TOP / Math.max(1, read.length)),
      recallAt10WholeText: mean(whole),
    },
    negation: {
      pairs: pairs.length,
      concepts: confusions.length,
      nearer: share(confusions),
      ci95: bootstrap(confusions.length, (drawn) => share(drawnOf(confusions, drawn))),
      chance: 0.5,
    },
    parts: { recalls, confusions },
  };
}

/** The second encoder less the first, both resampled alike: by case, and by concept. */
export function encoderDifference(one: TextEncoderEvaluation, other: TextEncoderEvaluation) {
  const { recalls, confusions } = one.parts;
  return {
    recallAt10: {
      value: other.retrieval.recallAt10 - one.retrieval.recallAt10,
      ci95: bootstrap(
        recalls.length,
        (drawn) => mean(drawnOf(other.parts.recalls, drawn)) - mean(drawnOf(recalls, drawn)),
      ),
    },
    nearer: {
      value: other.negation.nearer - one.negation.nearer,
      ci95: bootstrap(
        confusions.length,
        (drawn) => share(drawnOf(other.parts.confusions, drawn)) - share(drawnOf(confusions, drawn)),
      ),
    },
  };
}

function denied(name: string): string {
  return `no ${name}`;
}

/** Of each case the share of its captions that have the own Findings among the first ten. */
function recallsOf(
  queries: readonly (readonly Float32Array[])[],
  documents: readonly Float32Array[],
): number[] {
  return queries.map((captions, own) =>
    mean(
      captions.map((caption) => {
        const scores = documents.map((document) => cosine(caption, document));
        const before = scores.filter((score, i) => i !== own && score >= (scores[own] ?? 0)).length;
        return before < TOP ? 1 : 0;
      }),
    ),
  );
}

function confusionsOf(pairs: readonly SynonymPair[], vectorOf: (text: string) => Float32Array): Share[] {
  const shares = new Map<string, Share>();
  for (const { concept, name, synonym } of pairs) {
    const counted = shares.get(concept) ?? { hits: 0, of: 0 };
    shares.set(concept, counted);
    counted.of++;
    const vector = vectorOf(name);
    if (cosine(vectorOf(denied(name)), vector) > cosine(vectorOf(synonym), vector)) counted.hits++;
  }
  return [...shares.values()];
}

function drawnOf<T>(values: readonly T[], drawn: Uint32Array): T[] {
  return Array.from(drawn, (place) => values[place] as T);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

function share(shares: readonly Share[]): number {
  const of = shares.reduce((sum, one) => sum + one.of, 0);
  return shares.reduce((sum, one) => sum + one.hits, 0) / Math.max(1, of);
}

function sumOf(vectors: readonly Float32Array[]): Float32Array {
  const sum = new Float32Array(vectors[0]?.length ?? 0);
  for (const vector of vectors) for (const [i, value] of vector.entries()) sum[i] = (sum[i] ?? 0) + value;
  return sum;
}

function cosine(a: Float32Array, b: Float32Array): number {
  let [dot, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] ?? 0, b[i] ?? 0];
    dot += x * y;
    aa += x * x;
    bb += y * y;
  }
  return dot / Math.max(Number.MIN_VALUE, Math.sqrt(aa * bb));
}
