import { InterleaveError } from '../../core/errors.ts';
import type { ReportPart } from '../../core/radiology/events.ts';
import { readReport } from '../../core/text/reading.ts';
import { labelsByAssertion } from '../../core/text/report-labels.ts';
import { columnsAsParts, TEXT_COLUMNS } from '../../evaluation/report-rows.ts';
import { csvRows } from '../csv-file.ts';
import { EXIT } from '../exit-codes.ts';
import { explainReading } from '../label/explain.ts';
import { textToExplain } from '../label/explained-text.ts';
import { LONG, labelTable, WIDE } from '../label/label-table.ts';
import { LEXICON_OPTION, lexiconOf } from '../label/lexicon-option.ts';
import { LONG_COLUMNS } from '../label/long-form.ts';
import { wantsColour } from '../label/paint.ts';
import type { Verb, VerbInput } from '../verb.ts';

const HELP = `
Usage: interleave label --csv IN.csv --out OUT.csv [--long] [options]
       interleave label --explain TEXT... | FILE | - [options]
       interleave label --explain --csv IN.csv --row ID [options]

Reads reports as the labeler does. IN.csv has the columns report_id, ${TEXT_COLUMNS.join(', ')};
other columns are never looked at. OUT.csv has report_id and the 14 columns of ChestX-ray14:
1 present, 0 absent, -1 uncertain, blank not mentioned. With --long it has every finding of the lexicon, one line for each
report and finding: ${LONG_COLUMNS.join(', ')}.
What a report does not name has no line.

Options:
  --csv FILE         the table of reports
  --out FILE         where the labels go
  --long             all findings, one line for each report and finding, instead of 14 columns
  --explain          show one text with its findings marked (+ present, − absent, ? uncertain, · no result of this
                     examination), and for each the words and rules that made it; in colours on a terminal.
                     The text is what stands on the command line; where that is the path of a file, what the file
                     holds; where it is "-", what comes in on standard input
  --row ID           --explain: the report_id of a row of --csv
  --lexicon FILE     a site's own lexicon over ours (made by \`interleave labeler add-finding\`)
  --json             print one object: { reports, seconds, perSecond }, or with --explain { reading, labels }

Exit codes: 0 done; 1 it failed; 2 the command line could not be understood.
`;

export const label: Verb = {
  name: 'label',
  summary: 'read reports: a table of labels, or one text explained',
  help: HELP,
  takesWords: true,
  options: {
    ...LEXICON_OPTION,
    csv: { type: 'string' },
    out: { type: 'string' },
    explain: { type: 'boolean', default: false },
    row: { type: 'string' },
    long: { type: 'boolean', default: false },
  },
  async run(input) {
    return input.flag('explain') ? explain(input) : table(input);
  },
};

async function table(input: VerbInput) {
  const [csv, out] = [input.text('csv'), input.text('out')];
  if (csv === undefined || out === undefined || input.positionals.length > 0)
    throw new InterleaveError('USAGE', 'Say what to label: `interleave label --csv IN.csv --out OUT.csv`.');
  const lexicon = await lexiconOf(input);
  const form = input.flag('long') ? LONG : WIDE;
  const start = performance.now();
  const reports = await labelTable(csv, out, lexicon, form, (done) => input.say(`· ${done} reports`));
  const seconds = (performance.now() - start) / 1000;
  const perSecond = Math.round(reports / seconds);
  if (input.json) input.print(JSON.stringify({ reports, seconds: Number(seconds.toFixed(3)), perSecond }));
  else
    input.print(
      `${reports} reports labeled in ${seconds.toFixed(2)} s (${perSecond} per second, files included): ${out}`,
    );
  return EXIT.ok;
}

async function explain(input: VerbInput) {
  if (input.flag('long'))
    throw new InterleaveError('USAGE', '--long is a form of the table, not of --explain.');
  const lexicon = await lexiconOf(input);
  const reading = readReport(await partsToExplain(input), lexicon);
  if (input.json) input.print(JSON.stringify({ reading, labels: labelsByAssertion(reading.findings) }));
  else for (const line of explainReading(reading, lexicon.data, wantsColour())) input.print(line);
  return EXIT.ok;
}

/** What the words of the command line give or name, or a row of the table. */
async function partsToExplain(input: VerbInput): Promise<readonly ReportPart[]> {
  const [csv, row] = [input.text('csv'), input.text('row')];
  const given = input.positionals.join(' ').trim() !== '';
  if (given && csv === undefined) return [{ section: null, text: await textToExplain(input.positionals) }];
  if (csv === undefined || row === undefined || given)
    throw new InterleaveError(
      'USAGE',
      'Say what to explain: a text, a file, `-` for standard input, or `--csv IN.csv --row ID`.',
    );
  for await (const candidate of csvRows(csv, ['report_id', ...TEXT_COLUMNS]))
    if (candidate['report_id'] === row) return columnsAsParts(candidate);
  throw new InterleaveError('USAGE', `${csv} has no row with report_id ${row}.`);
}
