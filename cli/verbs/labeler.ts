import { existsSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { InterleaveError } from '../../core/errors.ts';
import { lintSiteLexicon } from '../../core/site-lexicon/lexicon-lint.ts';
import type { SiteLexicon } from '../../core/site-lexicon/site-lexicon.ts';
import { EXIT } from '../exit-codes.ts';
import { askFinding, askOver } from '../label/add-finding.ts';
import { readLexiconFile } from '../label/lexicon-option.ts';
import type { Verb, VerbInput } from '../verb.ts';

const DEFAULT_FILE = 'interleave-lexicon.json';

const HELP = `
Usage: interleave labeler add-finding [FILE]
       interleave labeler lint FILE

A site's own lexicon: what the labeler looks for besides, or instead of, what it knows. No code is needed.

  add-finding   asks for a finding: its name, the phrases that name it, sentences that have it, deny it or leave it open. Each
                answer is checked, every sentence is read with the new finding, and the file is written (default
                ${DEFAULT_FILE}). Answers may also come from a file: \`interleave labeler add-finding < answers\`.
  lint          says what is wrong with a file: its form, phrases, ids, and examples that read otherwise

The labeler takes the file with INTERLEAVE_LEXICON_FILE=FILE; \`interleave label\` and \`interleave evaluate\` with --lexicon FILE.

Options:
  --json            lint: print one object: { problems: [{ rule, where, problem }] }

Exit codes: 0 done, or nothing is wrong; 1 the file has problems, or nothing was written; 2 the command line could not be
understood.
`;

export const labeler: Verb = {
  name: 'labeler',
  summary: "a site's own lexicon: add a finding, check the file",
  help: HELP,
  takesWords: true,
  options: {},
  async run(input) {
    const [what, file, ...others] = input.positionals;
    if (others.length === 0 && what === 'add-finding') return addFinding(file ?? DEFAULT_FILE, input);
    if (others.length === 0 && what === 'lint' && file !== undefined) return lint(file, input);
    throw new InterleaveError('USAGE', 'Say what to do: `interleave labeler add-finding` or `lint FILE`.');
  },
};

async function lint(file: string, input: VerbInput) {
  const problems = lintSiteLexicon(await readLexiconFile(file));
  if (input.json) input.print(JSON.stringify({ problems }));
  else if (problems.length === 0) input.print(`${file}: nothing is wrong`);
  else
    for (const { rule, where, problem } of problems) input.print(`${file}: ${where}: ${problem} [${rule}]`);
  return problems.length === 0 ? EXIT.ok : EXIT.failed;
}

async function addFinding(file: string, input: VerbInput) {
  const before = existsSync(file) ? await readLexiconFile(file) : {};
  const wrong = lintSiteLexicon(before);
  if (wrong.length > 0)
    throw new InterleaveError(
      'LEXICON_INVALID',
      `See \`interleave labeler lint ${file}\`: ${wrong[0]?.where}: ${wrong[0]?.problem}.`,
    );
  const { ask, close } = askOver(process.stdin, process.stderr);
  try {
    const after = await askFinding(before as SiteLexicon, ask, input.say);
    if (after === null) {
      input.say('Nothing was written.');
      return EXIT.failed;
    }
    const problems = lintSiteLexicon(after);
    if (problems.length > 0)
      throw new InterleaveError('LEXICON_INVALID', problems.map(({ problem }) => problem).join('; '));
    await write(file, after);
    const added = after.findings?.at(-1);
    if (input.json) input.print(JSON.stringify({ file, finding: added }));
    else
      input.print(
        `${added?.name} is in ${file}. Try it: interleave label --lexicon ${file} --explain "…". Use it: INTERLEAVE_LEXICON_FILE=${file}`,
      );
    return EXIT.ok;
  } finally {
    close();
  }
}

async function write(file: string, site: SiteLexicon): Promise<void> {
  const partial = `${file}.partial-${process.pid}`;
  try {
    await writeFile(partial, `${JSON.stringify(site, null, 2)}\n`);
    await rename(partial, file);
  } catch (cause) {
    throw new InterleaveError('FILE_UNWRITABLE', `${file}.`, { cause });
  }
}
