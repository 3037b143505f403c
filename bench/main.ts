import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { codeOf, InterleaveError } from '../core/errors.ts';
import { gpuEnvironment } from '../models/engines/gpu-environment.ts';
import { projectRoot } from '../platform/process/project-root.ts';
import type { Bench, BenchResult, Figure } from './bench-result.ts';
import { machine } from './support/machine.ts';

const HELP = `
Usage: npm run bench -- NAME [--json] [--OPTION VALUE...]

Runs one bench and prints its figures beside their aims and beside the same figures of other programs, measured in the
same run. With --json the last line is one object: { bench, figures, peers }. The first line names the machine.

Exit codes: 0 measured (whether or not the aims are met); 1 it failed; 2 there is no such bench.
`;

/** Runs `npm run bench` and resolves to its exit code. */
export async function run(args: readonly string[]): Promise<number> {
  const { name, json, values } = parse(args);
  if (name === undefined || !(await names()).includes(name)) {
    say(`${HELP.trim()}\n\nBenches: ${(await names()).join(', ') || 'none'}`);
    return values['help'] === undefined ? 2 : 0;
  }
  try {
    Object.assign(process.env, gpuEnvironment());
    say(machine());
    const module = pathToFileURL(join(compiled(), `${name}.js`));
    const bench = (await import(module.href)) as Bench;
    const result = await bench.run({ values, say });
    for (const line of table(result)) console.log(line);
    if (json) console.log(JSON.stringify(result));
    return 0;
  } catch (error) {
    const known = error instanceof InterleaveError && codeOf(error) !== 'INTERNAL';
    const text = error instanceof Error ? (known ? error.message : error.stack) : String(error);
    say(`bench ${name}: ${text}`);
    return 1;
  }
}

/** `--name value`, `--name=value`, `--name`; the first other word is the bench. */
export function parse(args: readonly string[]): {
  name: string | undefined;
  json: boolean;
  values: Record<string, string | undefined>;
} {
  const values: Record<string, string | undefined> = {};
  let name: string | undefined;
  for (let i = 0; i < args.length; i++) {
    const word = args[i] ?? '';
    const [, option, given] = /^--([^=]+)(?:=(.*))?$/.exec(word) ?? [];
    if (option === undefined) {
      name ??= word;
      continue;
    }
    const next = args[i + 1];
    const takesNext =
      given === undefined && option !== 'json' && next !== undefined && !next.startsWith('--');
    values[option] = given ?? (takesNext ? next : 'true');
    if (takesNext) i++;
  }
  return { name, json: values['json'] !== undefined, values };
}

/** A bench is a file of `bench/` that is none of the runner's own. */
async function names(): Promise<string[]> {
  const files = await readdir(join(projectRoot(), 'bench'));
  return files
    .filter((file) => file.endsWith('.ts') && !RUNNER.has(file))
    .map((file) => file.slice(0, -'.ts'.length))
    .filter((name) => existsSync(join(compiled(), `${name}.js`)))
    .sort();
}

const RUNNER = new Set(['main.ts', 'bench-result.ts']);
const compiled = () => join(projectRoot(), 'build', 'bench');

function table({ figures, peers, notes = [] }: BenchResult): string[] {
  return [
    ...figures.map((figure) => line('', figure)),
    ...peers.flatMap(({ name, version, settings, figures: own }) => [
      `${name} ${version} (${settings})`,
      ...own.map((figure) => line('  ', figure)),
    ]),
    ...notes.map((note) => `note: ${note}`),
  ];
}

function line(indent: string, { name, value, unit, aim, met }: Figure): string {
  const wanted = aim === null ? '' : `  aim ${aim}: ${met === null ? 'unknown' : met ? 'met' : 'NOT met'}`;
  const measured = value === null ? 'not measured' : `${Number(value.toPrecision(4))} ${unit}`;
  return `${indent}${name.padEnd(32)} ${measured}${wanted}`;
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
