import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { InterleaveError } from '../../core/errors.ts';
import {
  type CaptionedCase,
  encoderDifference,
  evaluateTextEncoder,
  type TextEncoderEvaluation,
} from '../../evaluation/evaluate-text-encoder.ts';
import { openBundle } from '../../models/bundle-folder.ts';
import { SENTENCE_BUNDLE } from '../../models/packaged-bundles.ts';
import { openTextEncoder, type TextEncoder } from '../../models/sentence-encoder.ts';
import { readCsvFile, unreadable } from '../csv-file.ts';
import { lexiconOf } from '../label/lexicon-option.ts';
import { modelsDirOf } from '../models/models-folder.ts';
import type { VerbInput } from '../verb.ts';
import { type EncoderSpeed, encoderSpeeds } from './encoder-speed.ts';
import { columns, type EvaluationOutput, range, rate } from './evaluation-output.ts';

const caseSchema = z.object({
  U_id: z.string(),
  Case: z.object({ Findings: z.string().nullish() }),
});

/** `interleave evaluate text-encoder`: the figures that text encoders are chosen by, of several in one run. */
export async function textEncoderOutput(input: VerbInput): Promise<EvaluationOutput> {
  const kit = input.text('kit');
  if (kit === undefined)
    throw new InterleaveError('USAGE', 'Name the folder with cases.jsonl and images.csv: --kit FOLDER.');
  const called = input.texts('bundle');
  const [cases, lexicon] = [await captionedCases(kit), await lexiconOf(input)];
  const bundles = called.length > 0 ? called : [SENTENCE_BUNDLE.name];
  const opened: { name: string; encoder: TextEncoder }[] = [];
  for (const name of bundles) {
    const bundle = await openBundle(modelsDirOf(input), name);
    opened.push({ name: bundle.manifest.name, encoder: await openTextEncoder(bundle) });
  }
  const results: Measured[] = [];
  const speeds = await encoderSpeeds(
    opened.map(({ encoder }) => encoder),
    cases.map(({ findings }) => findings),
  );
  for (const [i, { name, encoder }] of opened.entries()) {
    const evaluation = await evaluateTextEncoder(cases, (texts) => encoder.embed(texts), lexicon);
    const { hash, dims, engine } = encoder;
    results.push({ name, hash, dims, engine: engine.name, evaluation, speeds: speeds[i] ?? [] });
  }
  for (const { encoder } of opened) encoder.dispose();
  return { json: jsonOf(results), lines: linesOf(results) };
}

interface Measured {
  name: string;
  hash: string;
  dims: number;
  engine: string;
  evaluation: TextEncoderEvaluation;
  speeds: EncoderSpeed[];
}

async function captionedCases(folder: string): Promise<CaptionedCase[]> {
  const captions = new Map<string, string[]>();
  for (const { case_id = '', caption = '' } of await readCsvFile(join(folder, 'images.csv'), [
    'case_id',
    'caption',
  ]))
    captions.set(case_id, [...(captions.get(case_id) ?? []), caption]);
  const file = join(folder, 'cases.jsonl');
  const cases: CaptionedCase[] = [];
  try {
    for await (const line of createInterface({ input: createReadStream(file) })) {
      if (line.trim() === '') continue;
      const { U_id, Case } = caseSchema.parse(JSON.parse(line));
      cases.push({ captions: captions.get(U_id) ?? [], findings: Case.Findings ?? '' });
    }
  } catch (cause) {
    throw unreadable(file, cause);
  }
  return cases;
}

/** Each is compared with the first. */
function differences(results: readonly Measured[]) {
  const [first, ...others] = results;
  return first === undefined
    ? []
    : others.map(({ name, evaluation }) => ({ name, ...encoderDifference(first.evaluation, evaluation) }));
}

function jsonOf(results: readonly Measured[]): unknown {
  return {
    encoders: results.map(({ evaluation: { retrieval, negation }, ...about }) => ({
      ...about,
      retrieval,
      negation,
    })),
    differences: differences(results),
  };
}

function linesOf(results: readonly Measured[]): string[] {
  const [first] = results;
  const { retrieval, negation } = first?.evaluation ?? {};
  return [
    `own caption → own Findings: ${retrieval?.captions} captions of ${retrieval?.cases} cases, by chance ${rate(retrieval?.chance ?? 0)}`,
    `"no X" nearer to "X" than a synonym: ${negation?.pairs} pairs of ${negation?.concepts} findings, by chance ${rate(negation?.chance ?? 0)}`,
    '',
    ...columns([
      ['encoder', 'R@10', '95 %', 'whole text', 'no X nearer', '95 %'],
      ...results.map(({ name, evaluation: { retrieval, negation } }) => [
        name,
        rate(retrieval.recallAt10),
        range(retrieval.ci95),
        rate(retrieval.recallAt10WholeText),
        rate(negation.nearer),
        range(negation.ci95),
      ]),
    ]),
    '',
    ...differences(results).map(
      ({ name, recallAt10, nearer }) =>
        `${name} less ${first?.name}: R@10 ${rate(recallAt10.value)} (${range(recallAt10.ci95)}), "no X" nearer ${rate(nearer.value)} (${range(nearer.ci95)})`,
    ),
    '',
    ...columns([
      ['texts/s', ...(first?.speeds ?? []).map(({ tokens }) => `${tokens} tokens`), 'cores', 'engine'],
      ...results.map(({ name, engine, speeds }) => [
        name,
        ...speeds.map(({ textsPerSecond }) => textsPerSecond.toFixed(0)),
        Math.max(...speeds.map(({ cores }) => cores)).toFixed(1),
        engine,
      ]),
    ]),
  ];
}
