import { MAX_WORD_BYTES } from './limits.ts';

/** What a tokenizer's files say. */
export interface BytePairRules {
  /** by a piece's characters, each of which stands for a byte (`characterOf`) */
  readonly vocabulary: ReadonlyMap<string, number>;
  /** two pieces that become one, the most frequent first */
  readonly merges: readonly (readonly [string, string])[];
  /** ids of what stands for a byte without a piece, and of <|startoftext|> and <|endoftext|> */
  readonly unknown: number;
  readonly first: number;
  readonly last: number;
}

/**
 * Byte pair encoding as CLIP has it (Radford et al., arXiv:2103.00020; openai/CLIP, `simple_tokenizer.py`): words of small
 * letters as bytes of UTF-8, the last with `</w>`, of which the pair that was merged first in training becomes one piece until
 * none is left. A word of more than `MAX_WORD_BYTES` is cut, where the library would go on merging. Names of special tokens in a
 * text are words like others: a text cannot end itself.
 */
export class BytePairs {
  readonly #rules: BytePairRules;
  /** of each byte by itself, and at the end of a word; -1 where the vocabulary has none */
  readonly #within: readonly number[];
  readonly #atEnd: readonly number[];
  /** by two pieces: their rank, and what they become */
  readonly #merges = new Map<number, { rank: number; id: number }>();

  /** @throws Error where a merge gives no piece of the vocabulary */
  constructor(rules: BytePairRules) {
    this.#rules = rules;
    const { vocabulary, merges } = rules;
    const idsOf = (ending: string) =>
      BYTES.map((byte) => vocabulary.get(characterOf(byte) + ending) ?? NO_PIECE);
    this.#within = idsOf('');
    this.#atEnd = idsOf(END);
    for (const [rank, [left, right]] of merges.entries()) {
      const [a, b, id] = [left, right, left + right].map((piece) => vocabulary.get(piece));
      if (a === undefined || b === undefined || id === undefined)
        throw new Error(`merge ${rank + 1} is of pieces that the vocabulary has not`);
      const pair = pairOf(a, b);
      if (!this.#merges.has(pair)) this.#merges.set(pair, { rank, id });
    }
  }

  /** <|startoftext|>, the pieces of `text`, <|endoftext|>: `maxTokens` at most, of which these are two. */
  encode(text: string, maxTokens: number): number[] {
    const { first, last, unknown } = this.#rules;
    const room = Math.max(0, maxTokens - 2);
    const ids: number[] = [];
    for (const [word] of normalise(text).matchAll(WORDS)) {
      if (ids.length >= room) break;
      const bytes = Buffer.from(word, 'utf8');
      for (let from = 0; from < bytes.length && ids.length < room; from += MAX_WORD_BYTES)
        for (const id of this.#piecesOf(bytes, from, Math.min(bytes.length, from + MAX_WORD_BYTES)))
          ids.push(id === NO_PIECE ? unknown : id);
    }
    return [first, ...ids.slice(0, room), last];
  }

  #piecesOf(bytes: Buffer, from: number, to: number): number[] {
    let pieces = Array.from(
      bytes.subarray(from, to),
      (byte, i) => (from + i === bytes.length - 1 ? this.#atEnd : this.#within)[byte] as number,
    );
    for (;;) {
      const best = this.#bestPair(pieces);
      if (best === undefined) return pieces;
      const { pair, id } = best;
      const merged: number[] = [];
      for (let i = 0; i < pieces.length; i++) {
        const isPair = i + 1 < pieces.length && pairOf(pieces[i] as number, pieces[i + 1] as number) === pair;
        merged.push(isPair ? id : (pieces[i] as number));
        if (isPair) i++;
      }
      pieces = merged;
    }
  }

  /** The pair that was merged first in training. */
  #bestPair(pieces: readonly number[]): { pair: number; id: number } | undefined {
    let best: { pair: number; rank: number; id: number } | undefined;
    for (let i = 0; i + 1 < pieces.length; i++) {
      const [a, b] = [pieces[i] as number, pieces[i + 1] as number];
      if (a === NO_PIECE || b === NO_PIECE) continue;
      const pair = pairOf(a, b);
      const found = this.#merges.get(pair);
      if (found !== undefined && (best === undefined || found.rank < best.rank)) best = { pair, ...found };
    }
    return best;
  }
}

/** Closes a word. */
const END = '</w>';
const NO_PIECE = -1;
/** More than any vocabulary has. */
const MAX_ID = 2 ** 24;
const BYTES = Array.from({ length: 256 }, (_, byte) => byte);

function pairOf(left: number, right: number): number {
  return left * MAX_ID + right;
}

/** The character by which vocabularies of bytes write one: itself where it is seen, else one from U+0100 on. */
export function characterOf(byte: number): string {
  return CHARACTERS[byte] as string;
}

const CHARACTERS = (() => {
  let hidden = 0;
  return BYTES.map((byte) => {
    const isSeen = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    return String.fromCharCode(isSeen ? byte : 0x100 + hidden++);
  });
})();

/** A contraction, a word of letters, one digit, or a run of other signs. */
const WORDS = /'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\p{White_Space}\p{L}\p{N}]+/gu;

/** As the library `tokenizers` does it; white space only parts words, so that it need not be made blanks. */
function normalise(text: string): string {
  // JavaScript writes a sigma at the end of a word in another way; the library takes each character by itself.
  return text.normalize('NFC').replaceAll('Σ', 'σ').toLowerCase();
}
