import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { codeOf, InterleaveError } from '../core/errors.ts';
import { followNpm } from './bootstrap.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { printable } from './printable.ts';
import { parseVerb, type Verb } from './verb.ts';
import { deadLetters } from './verbs/dead-letters.ts';
import { doctor } from './verbs/doctor.ts';
import { down } from './verbs/down.ts';
import { erase } from './verbs/erase.ts';
import { evaluate } from './verbs/evaluate.ts';
import { importVerb } from './verbs/import.ts';
import { index } from './verbs/index-verb.ts';
import { label } from './verbs/label.ts';
import { labeler } from './verbs/labeler.ts';
import { models } from './verbs/models.ts';
import { recover } from './verbs/recover.ts';
import { reembed } from './verbs/reembed.ts';
import { reindex } from './verbs/reindex.ts';
import { schemas } from './verbs/schemas.ts';
import { search } from './verbs/search.ts';
import { send } from './verbs/send.ts';
import { status } from './verbs/status.ts';
import { up } from './verbs/up.ts';

const VERBS: readonly Verb[] = [
  up,
  down,
  status,
  doctor,
  send,
  importVerb,
  search,
  label,
  evaluate,
  labeler,
  models,
  reembed,
  deadLetters,
  recover,
  erase,
  schemas,
  reindex,
  index,
];

/** Runs one command line (`['up', '--no-feed']`) and resolves to its exit code; errors are told in one sentence. */
export async function run(args: readonly string[]): Promise<ExitCode> {
  const [name, ...rest] = args;
  const verb = VERBS.find((candidate) => candidate.name === name);
  if (verb === undefined) return withoutVerb(name);
  try {
    const input = parseVerb(verb, rest, { say, print });
    if (input.help) {
      print(verb.help.trim());
      return EXIT.ok;
    }
    const code = await verb.run(input);
    return code === EXIT.ok && incomplete ? EXIT.failed : code;
  } catch (error) {
    return tell(error, rest.includes('--json'));
  }
}

function withoutVerb(name: string | undefined): ExitCode {
  if (name === '--help' || name === '-h' || name === 'help') {
    print(overview());
    return EXIT.ok;
  }
  say(name === undefined ? overview() : `interleave: there is no verb "${name}".\n\n${overview()}`);
  return EXIT.usage;
}

function overview(): string {
  const verbs = VERBS.map((verb) => `  ${verb.name.padEnd(12)} ${verb.summary}`).join('\n');
  return `interleave: radiology reports and key images, joined and searchable. Research software, not for diagnosis.

Usage: interleave VERB [options]     (npx interleave VERB in a checkout)

${verbs}

interleave VERB --help says all about one verb.
Exit codes: 0 done; 1 it failed (the sentence on standard error says why); 2 the command line could not be
understood; 3 the system does not run (up: it runs already).`;
}

/** One sentence on standard error, and an object on standard output where a program reads it. */
function tell(error: unknown, json: boolean): ExitCode {
  const code = codeOf(error);
  if (json) {
    const message = error instanceof Error ? error.message : String(error);
    print(JSON.stringify({ error: { code, message } }));
  }
  const known = error instanceof InterleaveError && code !== 'INTERNAL';
  // A message may hold a name that others chose: of a file, of an input of a model.
  say(
    printable(
      known
        ? `interleave: ${error.message} (${code})`
        : `interleave: ${error instanceof Error ? error.stack : error}`,
    ),
  );
  if (code === 'USAGE') return EXIT.usage;
  return code === 'NOT_RUNNING' || code === 'ALREADY_RUNNING' ? EXIT.notRunning : EXIT.failed;
}

/** Who reads us may have read enough (`| head`): that is no error. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.ok);
  // A file on a full disk: what was asked for goes on (`up`), and does not end as if all had been told.
  incomplete = true;
  process.exitCode ||= EXIT.failed; // an end that is under way
  say(`interleave: the output could not be written (${error.code})`);
});
// Whoever reads what is said here on the way may be gone, or the disk of its file full: that ends nothing.
process.stderr.on('error', () => undefined);
let incomplete = false;

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

// Run by itself (`node build/cli/main.js up`), without the preparation that cli/bin.mjs and `npm start` do.
if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await followNpm();
  process.exitCode = await run(process.argv.slice(2));
}
