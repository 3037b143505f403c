/** One entry of the vocabulary: the piece and its log probability; `null` was written for some and counts as 0. */
export type VocabularyEntry = readonly [piece: string, score: number | null];

/** Entries at the start of the vocabulary that stand for no text; 0 is the unknown piece. */
const RESERVED = 6;
const UNKNOWN = 0;
const SPACE = '\u2581';

interface Node {
  readonly next: Map<string, Node>;
  /** id of the piece that ends here, 0 where none does */
  id: number;
}

/**
 * SentencePiece with a unigram language model (Kudo, ACL 2018): of all ways to cut the text into pieces of the
 * vocabulary, the one with the highest sum of scores, found by Viterbi's algorithm. It gives the same ids as the
 * tokenizer that the encoder was published with, its tie-breaking included: an equal score goes to the shorter last piece.
 */
export class SentencePiece {
  readonly #vocabulary: readonly VocabularyEntry[];
  readonly #root: Node = { next: new Map(), id: UNKNOWN };

  constructor(vocabulary: readonly VocabularyEntry[]) {
    this.#vocabulary = vocabulary;
    for (let id = RESERVED; id < vocabulary.length; id++) this.#insert(vocabulary[id]?.[0] ?? '', id);
  }

  /** The ids of the pieces of `text`; [] for an empty text. Adjacent unknown characters share one id 0. */
  encode(text: string): number[] {
    const symbols = Array.from(normalise(text));
    const best = this.#viterbi(symbols);
    const ids: number[] = [];
    for (let end = symbols.length; end > 0; ) {
      const { id, start } = best[end] as Step;
      if (id !== UNKNOWN || ids.at(-1) !== UNKNOWN) ids.push(id);
      end = start;
    }
    return ids.reverse();
  }

  /** For each place in the text the best piece that ends there. Every place has one: single characters are pieces. */
  #viterbi(symbols: readonly string[]): Step[] {
    const best: Step[] = Array.from({ length: symbols.length + 1 }, () => ({
      score: 0,
      id: UNKNOWN,
      start: 0,
    }));
    for (let start = 0; start < symbols.length; start++) {
      const before = (best[start] as Step).score;
      let matched = false;
      let node = this.#root.next.get(symbols[start] as string);
      for (let end = start + 1; node !== undefined; end++) {
        if (node.id !== UNKNOWN) {
          matched = true;
          offer(best[end] as Step, before + (this.#vocabulary[node.id]?.[1] ?? 0), node.id, start);
        }
        node = end < symbols.length ? node.next.get(symbols[end] as string) : undefined;
      }
      if (!matched) offer(best[start + 1] as Step, before, UNKNOWN, start);
    }
    return best;
  }

  #insert(piece: string, id: number): void {
    let node = this.#root;
    for (const symbol of piece) {
      let next = node.next.get(symbol);
      if (next === undefined) {
        next = { next: new Map(), id: UNKNOWN };
        node.next.set(symbol, next);
      }
      node = next;
    }
    node.id = id;
  }
}

interface Step {
  score: number;
  id: number;
  start: number;
}

/** A score of 0 stands for "none yet", as in the published tokenizer. */
function offer(step: Step, score: number, id: number, start: number): void {
  if (step.score !== 0 && score < step.score) return;
  step.score = score;
  step.id = id;
  step.start = start;
}

function normalise(text: string): string {
  const normal = text.normalize('NFKC');
  return normal === '' ? '' : SPACE + normal.replaceAll(' ', SPACE);
}
