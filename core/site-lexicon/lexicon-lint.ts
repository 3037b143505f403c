/**
 * Finds what is wrong with a lexicon before it labels: its form (`lexicon/site.schema.json`), phrases that are not well
 * formed or written twice, ids that name nothing, and examples that read otherwise than they should.
 */
import type { Finding } from '../radiology/events.ts';
import siteSchema from '../text/lexicon/site.schema.json' with { type: 'json' };
import { compileLexicon, DEFAULT_LEXICON_DATA, type Lexicon } from '../text/lexicon.ts';
import type { LexiconData } from '../text/lexicon-data.ts';
import { PhraseAutomaton, type WordSets } from '../text/phrase-automaton.ts';
import { readReport } from '../text/reading.ts';
import { isResult } from '../text/result-sections.ts';
import { Vocabulary } from '../text/vocabulary.ts';
import { checkGoldenSet } from './golden-set.ts';
import { checkSchema, type JsonSchema } from './json-schema.ts';
import { type SiteLexicon, withSiteLexicon } from './site-lexicon.ts';

export interface LexiconProblem {
  /** what was checked: form, phrase, duplicate, reference, example, golden-set */
  rule: 'form' | 'phrase' | 'duplicate' | 'reference' | 'example' | 'golden-set';
  /** e.g. `findings[3].terms`, or the id of the entry */
  where: string;
  problem: string;
}

/** What is wrong with a site's own file (as parsed from JSON), read together with ours. */
export function lintSiteLexicon(file: unknown): LexiconProblem[] {
  const form = checkSchema(file, siteSchema as JsonSchema).map(
    (wrong) => ({ rule: 'form', ...wrong }) as const,
  );
  if (form.length > 0) return form;
  const site = file as SiteLexicon;
  const data = withSiteLexicon(DEFAULT_LEXICON_DATA, site);
  const problems = [...removedInVain(site), ...lintLexicon(data)];
  if (problems.length > 0) return problems;
  const lexicon = compileLexicon(data);
  return [
    ...(site.examples ?? []).flatMap((example) => wrongExample(example, site, lexicon)),
    ...checkGoldenSet(lexicon).map(
      (problem) => ({ rule: 'golden-set', where: 'golden set', problem }) as const,
    ),
  ];
}

/** What is wrong with a whole lexicon: its phrases, its ids and what they name. */
export function lintLexicon(data: LexiconData): LexiconProblem[] {
  const { findings, cues, sets } = data;
  const form = checkSchema(
    { findings: findings.findings, ignore: findings.ignore, cues: cues.cues, pseudo: cues.pseudo },
    siteSchema as JsonSchema,
  ).map((wrong) => ({ rule: 'form', ...wrong }) as const);
  const lists: (readonly [string, readonly string[]])[] = [
    ...findings.findings.map(({ id, terms, hints }) => [id, [...terms, ...(hints ?? [])]] as const),
    ...cues.cues.map(({ id, phrases }) => [id, phrases] as const),
    ['ignore', findings.ignore],
    ['again', findings.again],
    ['pseudo', cues.pseudo],
    ['stop', cues.stop],
    ['timeStop', cues.timeStop],
    ...Object.entries(data.sections),
    ...Object.entries(data.anatomy.laterality),
    ...Object.entries(data.anatomy.locations),
    ...Object.entries(data.attributes.change),
    ...Object.entries(data.attributes.severity),
    ...Object.entries(data.attributes.age),
    ...Object.entries(data.attributes.look),
    ...Object.entries(data.attributes.quantity),
  ];
  return [
    ...form,
    ...lists.flatMap(([where, phrases]) => wrongPhrases(where, phrases, sets)),
    ...twice([...findings.findings, ...cues.cues].map(({ id }) => id)),
    ...unknownConcepts(data),
  ];
}

function wrongPhrases(where: string, phrases: readonly string[], sets: WordSets): LexiconProblem[] {
  const problems: LexiconProblem[] = [];
  const seen = new Set<string>();
  for (const phrase of phrases) {
    if (seen.has(phrase)) problems.push({ rule: 'duplicate', where, problem: `"${phrase}" stands twice` });
    seen.add(phrase);
    try {
      new PhraseAutomaton([[phrase, null]], new Vocabulary(), sets);
    } catch (error) {
      problems.push({
        rule: 'phrase',
        where,
        problem: error instanceof Error ? error.message : String(error),
      });
    }
  }
  return problems;
}

function twice(ids: readonly string[]): LexiconProblem[] {
  const again = ids.filter((id, index) => ids.indexOf(id) !== index);
  return again.map((id) => ({ rule: 'duplicate', where: id, problem: 'the id stands twice' }));
}

function unknownConcepts({ findings: { findings } }: LexiconData): LexiconProblem[] {
  const known = new Set(findings.map(({ id }) => id));
  return findings.flatMap(({ id, denies = [], implies = [], at = {} }) =>
    [...denies, ...implies, ...Object.values(at)]
      .filter((concept) => !known.has(concept) || concept === id)
      .map(
        (concept) =>
          ({ rule: 'reference', where: id, problem: `names no other finding: "${concept}"` }) as const,
      ),
  );
}

function removedInVain({ remove = [] }: SiteLexicon): LexiconProblem[] {
  const { findings, cues } = DEFAULT_LEXICON_DATA;
  const known = new Set([...findings.findings, ...cues.cues].map(({ id }) => id));
  return remove
    .filter((id) => !known.has(id))
    .map((id) => ({ rule: 'reference', where: 'remove', problem: `"${id}" is not ours` }));
}

/** Only what the example names, and the site's own findings, are looked at. */
function wrongExample(
  { text, read }: { text: string; read: string },
  site: SiteLexicon,
  lexicon: Lexicon,
): LexiconProblem[] {
  const named = new Set([
    ...read.split(', ').map((result) => result.split(' ')[0] ?? ''),
    ...(site.findings ?? []).map(({ id }) => id),
  ]);
  const counts = (finding: Finding) => isResult(finding) && (read === '' || named.has(finding.concept));
  const is = readReport([{ section: 'FINDINGS', text }], lexicon)
    .findings.filter(counts)
    .map(({ concept, assertion }) => `${concept} ${assertion}`)
    .join(', ');
  return is === read ? [] : [{ rule: 'example', where: text, problem: `reads "${is}", not "${read}"` }];
}
