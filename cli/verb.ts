import { type ParseArgsConfig, parseArgs } from 'node:util';
import { InterleaveError } from '../core/errors.ts';
import type { ExitCode } from './exit-codes.ts';

export type OptionTable = NonNullable<ParseArgsConfig['options']>;

/** What a verb is given: its words and options, parsed, and where to write. */
export interface VerbInput {
  positionals: readonly string[];
  /** The value of a text option, where it was given or has a default. */
  text(name: string): string | undefined;
  /** Every value of a text option that may be given again and again. */
  texts(name: string): readonly string[];
  flag(name: string): boolean;
  json: boolean;
  /** A line for people, on standard error: standard output is for the result. */
  say(line: string): void;
  print(text: string): void;
}

/** One thing that `interleave` can do. `help` is the whole text that `--help` shows. */
export interface Verb {
  name: string;
  summary: string;
  help: string;
  options: OptionTable;
  /** Whether words that are no options belong to it; else they are refused. */
  takesWords?: boolean;
  run(input: VerbInput): Promise<ExitCode>;
}

/** Every verb has these. */
const COMMON: OptionTable = {
  help: { type: 'boolean', short: 'h', default: false },
  json: { type: 'boolean', default: false },
};

/** Parses the words after the verb. Throws `USAGE` with the reason and where help is. */
export function parseVerb(
  verb: Verb,
  args: readonly string[],
  out: Pick<VerbInput, 'say' | 'print'>,
): VerbInput & { help: boolean } {
  const parsed = parse(verb, args);
  const values: Record<string, unknown> = parsed.values;
  const flag = (name: string) => values[name] === true;
  return {
    positionals: parsed.positionals,
    text: (name) => {
      const value = values[name];
      return typeof value === 'string' ? value : undefined;
    },
    texts: (name) => {
      const value = values[name];
      return Array.isArray(value) ? value.map(String) : [];
    },
    flag,
    json: flag('json'),
    help: flag('help'),
    ...out,
  };
}

function parse(verb: Verb, args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: { ...COMMON, ...verb.options },
      allowPositionals: verb.takesWords === true,
      strict: true,
    });
  } catch (cause) {
    const reason = cause instanceof Error ? firstSentence(cause.message) : 'unknown option';
    throw new InterleaveError('USAGE', `${reason} See \`interleave ${verb.name} --help\`.`, { cause });
  }
}

function firstSentence(message: string): string {
  return `${message.split('. ')[0]?.replace(/\.$/, '') ?? message}.`;
}

/** A number between two bounds, from an option. Throws `USAGE`. */
export function numberOption(
  input: VerbInput,
  name: string,
  { min, max, integer = false }: { min: number; max: number; integer?: boolean },
): number | undefined {
  const text = input.text(name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !(value >= min && value <= max) || (integer && !Number.isInteger(value)))
    throw new InterleaveError(
      'USAGE',
      `--${name} must be ${integer ? 'a whole number' : 'a number'} from ${min} to ${max}.`,
    );
  return value;
}
