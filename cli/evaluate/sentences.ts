import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { InterleaveError } from '../../core/errors.ts';
import { evaluateSentences } from '../../evaluation/evaluate-sentences.ts';
import { projectRoot } from '../../platform/process/project-root.ts';
import { unreadable } from '../csv-file.ts';
import { lexiconOf } from '../label/lexicon-option.ts';
import type { VerbInput } from '../verb.ts';
import { columns, type EvaluationOutput, rate } from './evaluation-output.ts';

/** Sentences of our own with their answers. */
const OWN = () => join(projectRoot(), 'evaluation', 'adversarial-sentences.json');

const sentencesSchema = z.array(z.object({ text: z.string(), read: z.string(), about: z.string() }));

/** `interleave evaluate sentences`: sentences that are hard to read, with their answers. */
export async function sentencesOutput(input: VerbInput): Promise<EvaluationOutput> {
  const file = input.text('kit') ?? OWN();
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw unreadable(file, cause);
  });
  const result = evaluateSentences(parsed(file, text), await lexiconOf(input));
  return {
    json: result,
    lines: [
      `${result.right} of ${result.sentences} sentences right (${rate(result.accuracy)})`,
      '',
      ...columns([
        ['about', 'sentences', 'right'],
        ...Object.entries(result.about).map(([about, it]) => [about, String(it.sentences), String(it.right)]),
      ]),
      ...(result.wrong.length === 0 ? [] : ['']),
      ...result.wrong.map(({ text, wanted, read }) => `✗ ${text}\n    wanted ${wanted}, read ${read}`),
    ],
  };
}

function parsed(file: string, text: string) {
  try {
    return sentencesSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new InterleaveError('TABLE_UNREADABLE', `${file} is no list of { text, read, about }.`, { cause });
  }
}
