/**
 * The spellings under which a word may stand in a report: itself, singular and plural. The index does not stem (the
 * reduced Elasticsearch has no stemmer, and an exact index keeps phrases exact), so the query brings the variants.
 */
export function wordVariants(word: string): string[] {
  const variants = new Set([word]);
  if (/\d/.test(word) || word.length < MIN_LENGTH) return [word];
  for (const [ending, others] of ENDINGS) {
    if (!word.endsWith(ending)) continue;
    const stem = word.slice(0, word.length - ending.length);
    if (stem.length >= MIN_STEM) for (const other of others) variants.add(stem + other);
    break;
  }
  return [...variants];
}

/** Shorter words ("AP", "CT", "ICU") have no plural that anyone writes. */
const MIN_LENGTH = 4;
const MIN_STEM = 2;

/** The first ending that fits decides; English and the Latin and Greek of radiology. */
const ENDINGS: readonly [string, readonly string[]][] = [
  ['xes', ['x', 'ces']],
  ['aces', ['ax', 'ace']],
  ['ices', ['ex', 'ix', 'ice']],
  ['ies', ['y']],
  ['ses', ['s', 'se', 'sis']],
  ['ches', ['ch', 'che']],
  ['shes', ['sh']],
  ['sis', ['ses']],
  ['ss', ['sses']],
  ['us', ['uses', 'i']],
  ['is', ['es']],
  ['s', ['']],
  ['ax', ['axes', 'aces']],
  ['ex', ['exes', 'ices']],
  ['ix', ['ixes', 'ices']],
  ['x', ['xes']],
  ['ch', ['ches']],
  ['sh', ['shes']],
  ['ay', ['ays']],
  ['ey', ['eys']],
  ['y', ['ies']],
  ['um', ['ums', 'a']],
  ['ae', ['a']],
  ['a', ['as', 'ae', 'um']],
  ['i', ['us']],
  ['', ['s']],
];

/** The words of a text as the index's analyzer cuts them: letters and digits, in lower case. */
export function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+(?:[.'’][\p{L}\p{N}]+)*/gu) ?? [];
}
