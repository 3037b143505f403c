import { InterleaveError } from '../../core/errors.ts';
import type { EvaluationOutput } from '../evaluate/evaluation-output.ts';
import { labelerOutput } from '../evaluate/labeler.ts';
import { lesionsOutput } from '../evaluate/lesions.ts';
import { negationOutput } from '../evaluate/negation.ts';
import { sentencesOutput } from '../evaluate/sentences.ts';
import { textEncoderOutput } from '../evaluate/text-encoder.ts';
import { EXIT } from '../exit-codes.ts';
import { LEXICON_OPTION } from '../label/lexicon-option.ts';
import { MODELS_DIR_OPTION } from '../models/models-folder.ts';
import type { Verb, VerbInput } from '../verb.ts';

const HELP = `
Usage: interleave evaluate labeler --gold IN.csv [--peer LABELS.csv]... [options]
       interleave evaluate negation --kit FILE.csv [options]
       interleave evaluate lesions --kit FILE.jsonl [--ontology FILE.csv] [options]
       interleave evaluate sentences [--kit FILE.json] [options]
       interleave evaluate text-encoder --kit FOLDER [--bundle B]... [options]

Scores the reading of reports against what people gave, and text encoders by what they are for.

  labeler     the 14 classes of ChestX-ray14 on reports with codes (has_gold = 1): micro- and macro-F1 of findings and
              impression, of the whole report, of each class, and of both halves. A report's half follows from the hash
              of its text; rules are written on the dev half only.
  negation    sentences with a condition in capitals (the form of NegEx's own kit): negated, historical, not of the patient;
              uncertain counts as affirmed
  lesions     sentences about lesions with their terms (the form of LesaNet's): body part, kind and attribute
  sentences   hard sentences of our own with their answers
  text-encoder  on cases with captions and Findings (the form of MedPix 2.0: cases.jsonl and images.csv): how often a caption finds the
              Findings of its own case among the first ten, how often "no X" lies nearer to "X" than a synonym does, and
              texts a second

Options:
  --gold FILE            labeler: a table with report_id, the text columns, has_gold and gold_<class>
  --peer FILE            labeler: labels of another program (report_id and the classes); the difference is resampled in
                         pairs; may be given again
  --kit FILE             negation, lesions, sentences: what to read; text-encoder: the folder
  --bundle B             text-encoder: a bundle by name or hash; may be given again, and is compared with the first (default: the
                         encoder that comes with us)
  --models-dir DIR       the folder with the bundles (default INTERLEAVE_MODELS_DIR, or .interleave/models in the checkout)
  --ontology FILE        lesions: the terms (default: lesion_ontology.csv beside the kit)
  --resamples N          bootstrap resamples (default 1000)
  --disagreements FILE   labeler: writes where reading and codes differ, of the dev half, with the report text
  --lexicon FILE         a site's own lexicon over ours
  --json                 print one object

Exit codes: 0 scored; 1 it failed; 2 the command line could not be understood.
`;

const SUBJECTS: Readonly<Record<string, (input: VerbInput) => Promise<EvaluationOutput>>> = {
  labeler: labelerOutput,
  negation: negationOutput,
  lesions: lesionsOutput,
  sentences: sentencesOutput,
  'text-encoder': textEncoderOutput,
};

export const evaluate: Verb = {
  name: 'evaluate',
  summary: 'score the reading of reports against what people gave',
  help: HELP,
  takesWords: true,
  options: {
    ...LEXICON_OPTION,
    ...MODELS_DIR_OPTION,
    bundle: { type: 'string', multiple: true },
    gold: { type: 'string' },
    peer: { type: 'string', multiple: true },
    kit: { type: 'string' },
    ontology: { type: 'string' },
    resamples: { type: 'string' },
    disagreements: { type: 'string' },
  },
  async run(input) {
    const [subject = '', ...others] = input.positionals;
    const output = SUBJECTS[subject];
    if (output === undefined || others.length > 0)
      throw new InterleaveError('USAGE', `Say what to evaluate: ${Object.keys(SUBJECTS).join(', ')}.`);
    const { json, lines } = await output(input);
    if (input.json) input.print(JSON.stringify(json));
    else for (const line of lines) input.print(line);
    return EXIT.ok;
  },
};
