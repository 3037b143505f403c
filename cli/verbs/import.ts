import { InterleaveError } from '../../core/errors.ts';
import { DATA_DIR_OPTION } from '../data-dir.ts';
import { EXIT } from '../exit-codes.ts';
import { IMPORT_COMMANDS } from '../import/commands.ts';
import type { ImportCommand } from '../import/import-command.ts';
import { ImportSession } from '../import/import-session.ts';
import { DEFAULT_MAX_LAG } from '../import/limits.ts';
import { withImportParts } from '../import/open-parts.ts';
import { type ImportSummary, isWhole, summaryLines } from '../import/summary.ts';
import type { GatewayTargets } from '../import/targets.ts';
import { printableLine } from '../printable.ts';
import { dicomTarget, hl7Target } from '../send/targets.ts';
import { TLS_HELP, TLS_OPTIONS, tlsOf } from '../send/tls.ts';
import { onStopSignal } from '../up/stop-signal.ts';
import type { OptionTable, Verb, VerbInput } from '../verb.ts';

const HELP = `
Usage: ${IMPORT_COMMANDS.map(({ usage }) => `interleave import ${usage}`).join('\n       ')}

Brings the archive of years in, through the running gateways: the same checks, answers and dead letters as for the live feed,
which goes first: the import waits while the services are behind. It may be stopped (Ctrl-C) and killed at any time; the same
command goes on. The same archive again sends nothing that was answered before, and tells what was refused.

${IMPORT_COMMANDS.map(({ name, about }) => `  ${name.padEnd(10)} ${about}`).join('\n')}

Options of every import:
  --hl7-to HOST:PORT where reports go (default: the system on the data folder, else 127.0.0.1:2575)
  --dicom-to HOST:PORT
                     where images go (default: the same system, else 127.0.0.1:11112)
  --called AE        AE title of the DICOM gateway (default INTERLEAVE)
  --calling AE       our AE title (default INTERLEAVE-CLI)
${TLS_HELP}
  --max-lag N        records that may lie before the services, of the archive and of the live feed; with more of them
                     the import waits (default ${DEFAULT_MAX_LAG})
  --again            send what an earlier import has sent, too
  --refused FILE     write down every refused item, one JSON object a line
  --state DIR        where it is kept what is done (default: import/ in the data folder)
  --dry-run          send nothing: count, and name what could not be sent${
    IMPORT_COMMANDS.some(({ canRunDry }) => !canRunDry)
      ? ` (${IMPORT_COMMANDS.filter(({ canRunDry }) => canRunDry)
          .map(({ name }) => name)
          .join(', ')})`
      : ''
  }
  --data-dir DIR     the data folder of the system (default .interleave/data in the checkout)
  --json             print one object: { accepted: { reports, images }, refused: [{ code, count, items }], passedOver,
                     units: { brought, doneBefore, left: [{ code, count, items }] }, finished, error, seconds, perSecond }
${IMPORT_COMMANDS.filter(({ optionHelp }) => optionHelp !== '')
  .map(({ name, optionHelp }) => `\nOptions of \`import ${name}\`:\n${optionHelp}`)
  .join('\n')}

Exit codes: 0 everything was accepted, now or before; 1 something was refused or left, or the import was stopped; 2 the command
line could not be understood; 3 nothing runs on the data folder.
`;

const OWN_OPTIONS = {
  ...DATA_DIR_OPTION,
  ...TLS_OPTIONS,
  'hl7-to': { type: 'string' },
  'dicom-to': { type: 'string' },
  called: { type: 'string' },
  calling: { type: 'string' },
  'max-lag': { type: 'string' },
  again: { type: 'boolean', default: false },
  refused: { type: 'string' },
  state: { type: 'string' },
  'dry-run': { type: 'boolean', default: false },
} satisfies OptionTable;

export const importVerb: Verb = {
  name: 'import',
  summary: 'bring in an archive: a folder, a table of reports, a PACS, a DICOMweb server',
  help: HELP,
  takesWords: true,
  options: Object.assign({}, ...IMPORT_COMMANDS.map(({ options }) => options), OWN_OPTIONS) as OptionTable,
  async run(input) {
    const [name, ...words] = input.positionals;
    const command = commandOf(name, input);
    const isDry = input.flag('dry-run');
    if (isDry && !command.canRunDry)
      throw new InterleaveError('USAGE', `\`interleave import ${command.name}\` has no --dry-run.`);
    const targets = await targetsOf(input);
    const source = await command.open(input, words, targets);
    const summary = await withImportParts(input, targets, isDry, (parts) => {
      const session = new ImportSession({ ...parts, again: input.flag('again'), say: input.say });
      onStopSignal(
        () => session.stop(),
        () => process.exit(EXIT.failed),
      );
      return session.run(source);
    });
    if (input.json) input.print(JSON.stringify(summary));
    else for (const line of summaryLines(summary, isDry)) input.print(line);
    if (summary.error !== null)
      input.say(printableLine(`interleave: ${summary.error.message} (${summary.error.code})`));
    if (!summary.finished) input.say(`· It is not through.${isDry ? '' : howToGoOn(summary)}`);
    return isWhole(summary) ? EXIT.ok : EXIT.failed;
  },
};

function howToGoOn({ error }: ImportSummary): string {
  const first = error === null ? 'The' : 'When this is mended, the';
  return ` ${first} same command goes on where it was.`;
}

/** Throws `USAGE` where there is none of this name, and for an option of another one. */
function commandOf(name: string | undefined, input: VerbInput): ImportCommand {
  const command = IMPORT_COMMANDS.find((one) => one.name === name);
  if (command === undefined)
    throw new InterleaveError(
      'USAGE',
      `Say what to import: ${IMPORT_COMMANDS.map((one) => `\`interleave import ${one.name}\``).join(', ')}.`,
    );
  for (const other of IMPORT_COMMANDS)
    for (const option of Object.keys(other.options))
      if (!(option in command.options) && isGiven(input, option))
        throw new InterleaveError('USAGE', `--${option} belongs to \`interleave import ${other.name}\`.`);
  return command;
}

function isGiven(input: VerbInput, option: string): boolean {
  return input.text(option) !== undefined || input.flag(option) || input.texts(option).length > 0;
}

async function targetsOf(input: VerbInput): Promise<GatewayTargets> {
  const [hl7, dicom] = [hl7Target(input, 'hl7-to'), dicomTarget(input, 'dicom-to')];
  return { hl7, dicom, tls: await tlsOf(input) };
}
