import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';
import type { Assertion } from '../../core/radiology/events.ts';
import { conceptName } from '../../core/site-lexicon/concepts.ts';
import { lintSiteLexicon } from '../../core/site-lexicon/lexicon-lint.ts';
import { readSiteLexicon } from '../../core/site-lexicon/read-site-lexicon.ts';
import type { SiteLexicon } from '../../core/site-lexicon/site-lexicon.ts';
import { DEFAULT_LEXICON_DATA } from '../../core/text/lexicon.ts';
import type { FindingEntry } from '../../core/text/lexicon-data.ts';
import { readReport } from '../../core/text/reading.ts';

/** Asks one question; null where there is no more to read. */
export type Ask = (question: string) => Promise<string | null>;

/** Questions over streams: a terminal, or a file of answers. */
export function askOver(input: Readable, output: Writable): { ask: Ask; close(): void } {
  const lines = createInterface({ input, output });
  const answers = lines[Symbol.asyncIterator]();
  return {
    async ask(question) {
      output.write(question);
      const { value, done } = await answers.next();
      return done === true ? null : value.trim();
    },
    close: () => lines.close(),
  };
}

const GROUPS = [...new Set(DEFAULT_LEXICON_DATA.findings.findings.map(({ group }) => group))].sort();

/**
 * Walks a user through one finding: name, phrases, sentences that have it and sentences that deny it. Each answer is
 * checked before the next question; the sentences are read with the new finding and must read as the user says. Gives the
 * site's file with the finding in it, or null where the user gives up (an empty answer to a question that needs one).
 */
export async function askFinding(
  site: SiteLexicon,
  ask: Ask,
  say: (line: string) => void,
): Promise<SiteLexicon | null> {
  const name = await ask('Name of the finding (as people read it): ');
  if (!name) return null;
  const id = (await ask(`Id [${idOf(name)}]: `)) || idOf(name);
  if (DEFAULT_LEXICON_DATA.findings.findings.some((finding) => finding.id === id))
    say(`  note: ${id} (${conceptName(id)}) is one of ours; yours will take its place.`);
  const group = (await ask(`Group (${GROUPS.join(', ')}) [other]: `)) || 'other';
  say(
    'Phrases that name it, one a line, an empty line ends. Small letters; a|b either, a? may be missing, * any word.',
  );
  const terms = await askPhrases({ id, name, group }, site, ask, say);
  if (terms.length === 0) return null;
  const entry: FindingEntry = { id, name, group, terms };
  const examples = [...(site.examples ?? [])];
  for (const [assertion, question] of QUESTIONS) {
    say(question);
    for (let text = await ask('  > '); text; text = await ask('  > ')) {
      const read = readingOf(text, entry, site);
      if (read === assertion) {
        examples.push({ text, read: `${id} ${assertion}` });
        say(`  ✓ reads ${read}`);
      } else
        say(
          `  ✗ reads ${read ?? 'nothing'}, not ${assertion}: not kept. Add a phrase, or word it otherwise.`,
        );
    }
  }
  return { ...withFinding(site, entry), examples };
}

const QUESTIONS: readonly (readonly [Assertion, string])[] = [
  ['PRESENT', 'Sentences that say it is there (empty line ends):'],
  ['ABSENT', 'Sentences that deny it (empty line ends):'],
  ['UNCERTAIN', 'Sentences that leave it open (empty line ends):'],
];

/** Phrases until an empty line; one that the linter refuses is told and not kept. */
async function askPhrases(
  about: Omit<FindingEntry, 'terms'>,
  site: SiteLexicon,
  ask: Ask,
  say: (line: string) => void,
): Promise<string[]> {
  const terms: string[] = [];
  for (let phrase = await ask('  > '); phrase; phrase = await ask('  > ')) {
    const lower = phrase.toLowerCase();
    const wrong = lintSiteLexicon(withFinding(site, { ...about, terms: [...terms, lower] }));
    if (wrong.length === 0) {
      const known = mentionsIn(lower);
      if (known.length > 0)
        say(`  note: ours reads ${known.map(conceptName).join(', ')} there; the longer phrase wins.`);
      terms.push(lower);
    } else say(`  ✗ ${wrong.map(({ where, problem }) => `${where}: ${problem}`).join('; ')}`);
  }
  return terms;
}

/** How a sentence reads the finding; null where it does not name it. */
function readingOf(text: string, entry: FindingEntry, site: SiteLexicon): Assertion | null {
  const lexicon = readSiteLexicon({ ...withFinding(site, entry), examples: [] });
  const { findings } = readReport([{ section: 'FINDINGS', text }], lexicon);
  return findings.find(({ concept }) => concept === entry.id)?.assertion ?? null;
}

function mentionsIn(text: string): string[] {
  return [...new Set(readReport([{ section: 'FINDINGS', text }]).findings.map(({ concept }) => concept))];
}

function withFinding(site: SiteLexicon, entry: FindingEntry): SiteLexicon {
  const others = (site.findings ?? []).filter(({ id }) => id !== entry.id);
  return { ...site, findings: [...others, entry] };
}

function idOf(name: string): string {
  return name
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}
