import { InterleaveError } from '../../core/errors.ts';
import { DATA_DIR_OPTION } from '../data-dir.ts';
import { EXIT } from '../exit-codes.ts';
import { printableLine } from '../printable.ts';
import { filesOf } from '../send/files.ts';
import { meaning, type Outcome, type Summary, summarise } from '../send/outcome.ts';
import { sendDicom } from '../send/send-dicom.ts';
import { sendHl7 } from '../send/send-hl7.ts';
import { dicomTarget, hl7Target } from '../send/targets.ts';
import { TLS_HELP, TLS_OPTIONS, tlsOf } from '../send/tls.ts';
import { numberOption, type Verb, type VerbInput } from '../verb.ts';

const HELP = `
Usage: interleave send hl7 FILE... [options]
       interleave send dicom FILE... [options]

Sends files as a RIS or a PACS does, and reports each answer. A folder means all files below it.

  hl7      over MLLP; a file may hold one message, several, or a batch. Accepted: AA or CA.
  dicom    by C-STORE, in the transfer syntax the file is in. Accepted: 0000 or a warning (Bxxx).

Options:
  --to HOST:PORT     where to send (default: the system on the data folder, else 127.0.0.1:2575 or :11112)
  --rate N           messages or images per second (default: as fast as answers come)
  --in-flight N      hl7: messages that may wait for their answer at the same time (default 1)
  --called AE        dicom: AE title of the receiver (default INTERLEAVE)
  --calling AE       dicom: our AE title (default INTERLEAVE-CLI)
${TLS_HELP}
  --data-dir DIR     the data folder (default .interleave/data in the checkout)
  --json             print one object: { sent, accepted, refused: [{ item, code }], seconds, perSecond, p50Ms, p95Ms }

What was not accepted is named with the receiver's code, on standard error. Nothing is sent twice: what had no answer may
have arrived, and may be sent again.

Exit codes: 0 everything was accepted; 1 something was not, or the receiver could not be reached; 2 the command line could
not be understood.
`;

/** Between progress lines. */
const PROGRESS_MS = 1_000;

export const send: Verb = {
  name: 'send',
  summary: 'send HL7 messages or DICOM files to the gateways',
  help: HELP,
  takesWords: true,
  options: {
    ...DATA_DIR_OPTION,
    ...TLS_OPTIONS,
    to: { type: 'string' },
    rate: { type: 'string' },
    'in-flight': { type: 'string' },
    called: { type: 'string' },
    calling: { type: 'string', default: 'INTERLEAVE-CLI' },
  },
  async run(input) {
    const [kind, ...paths] = input.positionals;
    if ((kind !== 'hl7' && kind !== 'dicom') || paths.length === 0)
      throw new InterleaveError(
        'USAGE',
        'Say what to send: `interleave send hl7 FILE…` or `interleave send dicom FILE…`.',
      );
    const files = await filesOf(paths);
    const rate = numberOption(input, 'rate', { min: 0.001, max: 100_000 });
    const tls = await tlsOf(input);
    const outcomes: Outcome[] = [];
    const start = performance.now();
    const done = reporter(outcomes, start, input);
    if (kind === 'hl7')
      await sendHl7(files, { ...hl7Target(input, 'to'), tls, rate, done, inFlight: inFlight(input) });
    else await sendDicom(files, { ...dicomTarget(input, 'to'), tls, rate, done });
    const summary = summarise(outcomes, (performance.now() - start) / 1000);
    tell(summary, input);
    return summary.accepted === summary.sent && summary.sent > 0 ? EXIT.ok : EXIT.failed;
  },
};

function inFlight(input: VerbInput): number {
  return numberOption(input, 'in-flight', { min: 1, max: 1_000, integer: true }) ?? 1;
}

function reporter(outcomes: Outcome[], start: number, input: VerbInput): (outcome: Outcome) => void {
  let last = start;
  return (outcome) => {
    outcomes.push(outcome);
    if (!outcome.accepted)
      input.say(printableLine(`✗ ${outcome.item}: ${outcome.code}${meaning(outcome.code)}`));
    const now = performance.now();
    if (now - last < PROGRESS_MS) return;
    last = now;
    input.say(
      `· ${outcomes.length} sent (${(outcomes.length / ((now - start) / 1000)).toFixed(1)} per second)`,
    );
  };
}

function tell(summary: Summary, input: VerbInput): void {
  const { sent, accepted, refused, seconds, perSecond, p50Ms, p95Ms } = summary;
  if (input.json)
    input.print(JSON.stringify({ ...summary, refused: refused.map(({ item, code }) => ({ item, code })) }));
  else
    input.print(
      `${accepted} of ${sent} accepted in ${seconds} s (${perSecond} per second, answer after ${p50Ms} ms, p95 ${p95Ms} ms)`,
    );
}
