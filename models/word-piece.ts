/** What a tokenizer's file says. */
export interface WordPieceRules {
  readonly vocabulary: ReadonlyMap<string, number>;
  /** ids of [UNK], [CLS] and [SEP] */
  readonly unknown: number;
  readonly first: number;
  readonly last: number;
  /** stands before a piece that goes on with a word: `##` */
  readonly continuation: string;
  /** a longer word is unknown */
  readonly maxWordLength: number;
  readonly lowercase: boolean;
  readonly stripAccents: boolean;
  /** control characters are dropped, and every white space is a blank */
  readonly cleanText: boolean;
  /** each CJK ideograph is a word */
  readonly splitIdeographs: boolean;
}

/**
 * WordPiece as BERT has it (Devlin et al., arXiv:1810.04805): words and punctuation, each cut from its beginning into the
 * longest pieces that the vocabulary has. It gives the ids that the library `tokenizers` gives. Names of special tokens
 * in a text ("[SEP]") are words like others: a text cannot end itself.
 */
export class WordPiece {
  readonly #rules: WordPieceRules;

  constructor(rules: WordPieceRules) {
    this.#rules = rules;
  }

  /** [CLS], the pieces of `text`, [SEP]: `maxTokens` at most, of which these are two. */
  encode(text: string, maxTokens: number): number[] {
    const { first, last } = this.#rules;
    const room = Math.max(0, maxTokens - 2);
    const ids: number[] = [];
    for (const [word] of normalise(text, this.#rules).matchAll(WORDS)) {
      if (ids.length >= room) break;
      ids.push(...this.#piecesOf(word));
    }
    return [first, ...ids.slice(0, room), last];
  }

  /** A word that cannot be cut to its end is unknown as a whole. */
  #piecesOf(word: string): number[] {
    const { vocabulary, unknown, continuation, maxWordLength } = this.#rules;
    const characters = Array.from(word);
    if (characters.length > maxWordLength) return [unknown];
    const ids: number[] = [];
    for (let from = 0; from < characters.length; ) {
      let end = characters.length;
      let id: number | undefined;
      for (; end > from; end--) {
        const piece = characters.slice(from, end).join('');
        id = vocabulary.get(from === 0 ? piece : continuation + piece);
        if (id !== undefined) break;
      }
      if (id === undefined) return [unknown];
      ids.push(id);
      from = end;
    }
    return ids;
  }
}

/** A mark of punctuation, to which all signs of ASCII count, or a word. */
const WORDS = /[\p{P}!-/:-@[-`{-~]|[^\p{White_Space}\p{P}!-/:-@[-`{-~]+/gu;
const DROPPED = /[\0\uFFFD]|(?![\t\n\r])[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu;
const BLANKS = /\p{White_Space}/gu;
const IDEOGRAPHS =
  /[\u4E00-\u9FFF\u3400-\u4DBF\u{20000}-\u{2A6DF}\u{2A700}-\u{2B73F}\u{2B740}-\u{2B81F}\u{2B920}-\u{2CEAF}\uF900-\uFAFF\u{2F800}-\u{2FA1F}]/gu;
const ACCENTS = /\p{Mn}/gu;

function normalise(text: string, rules: WordPieceRules): string {
  let normal = text;
  if (rules.cleanText) normal = normal.replace(DROPPED, '').replace(BLANKS, ' ');
  if (rules.splitIdeographs) normal = normal.replace(IDEOGRAPHS, ' $& ');
  if (rules.stripAccents) normal = normal.normalize('NFD').replace(ACCENTS, '');
  // JavaScript writes a sigma at the end of a word in another way; the library takes each character by itself.
  if (rules.lowercase) normal = normal.replaceAll('Σ', 'σ').toLowerCase();
  return normal;
}
