import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { InterleaveError } from '../../core/errors.ts';
import { evaluateLesions, type LesionSentence } from '../../evaluation/evaluate-lesions.ts';
import { LESION_GROUPS, LesionOntology, ONTOLOGY_COLUMNS } from '../../evaluation/lesion-terms.ts';
import { readCsvFile, unreadable } from '../csv-file.ts';
import { lexiconOf } from '../label/lexicon-option.ts';
import type { VerbInput } from '../verb.ts';
import { columns, type EvaluationOutput, rate } from './evaluation-output.ts';

const lineSchema = z.object({ text: z.string(), expanded_terms: z.array(z.string()) });

/** `interleave evaluate lesions`: the terms of lesions that the labeler reads, by group. */
export async function lesionsOutput(input: VerbInput): Promise<EvaluationOutput> {
  const kit = input.text('kit');
  if (kit === undefined) throw new InterleaveError('USAGE', 'Name the lesions: --kit hand_labeled.jsonl.');
  const ontology = input.text('ontology') ?? join(dirname(kit), 'lesion_ontology.csv');
  const terms = new LesionOntology(await readCsvFile(ontology, ONTOLOGY_COLUMNS));
  const result = evaluateLesions(await lesionsOf(kit), terms, await lexiconOf(input));
  const rows = LESION_GROUPS.map((name) => {
    const { precision, recall, recall_known, f1, tp, fp, fn, dev, test, terms, terms_known } =
      result.groups[name];
    const rates = [precision, recall, recall_known, f1, dev.f1, test.f1].map(rate);
    return [name, `${terms_known} of ${terms}`, ...[tp, fp, fn].map(String), ...rates];
  });
  return {
    json: result,
    lines: [
      `${result.sentences} lesions`,
      '',
      ...columns([
        ['group', 'known terms', 'tp', 'fp', 'fn', 'P', 'R', 'R known', 'F1', 'F1 dev', 'F1 test'],
        ...rows,
      ]),
    ],
  };
}

async function lesionsOf(file: string): Promise<LesionSentence[]> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw unreadable(file, cause);
  });
  return text.split('\n').flatMap((line, index): LesionSentence[] => {
    if (line.trim() === '') return [];
    const parsed = lineSchema.safeParse(jsonOf(line));
    if (!parsed.success)
      throw new InterleaveError(
        'TABLE_UNREADABLE',
        `Line ${index + 1} of ${file} has no text and expanded_terms.`,
      );
    return [{ text: parsed.data.text, terms: parsed.data.expanded_terms }];
  });
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
