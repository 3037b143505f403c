import type { Outcome } from './outcome.ts';
import { countOf, type Rule } from './rules.ts';

const refused = (code: string) => (outcome: Outcome) => outcome.codes.includes(code);
const taken = ({ became }: Outcome) => became !== '';

export const HL7_RULES: Rule[] = [
  {
    id: 'H1',
    why: 'A report with its text (ORU^R01, or MDM with content): stored in each of its cases, one event for each report and case.',
    holds: ({ became }) =>
      became.split('; ').some((event) => /^report \S+ by ACCESSION(?: ×\d+)?$/.test(event)),
  },
  {
    id: 'H2',
    why: 'Another message type (orders, admissions, schedules, vaccinations; MDM without content): refused with ERR-3 200, kept as a dead letter.',
    holds: refused('HL7_TYPE_UNSUPPORTED'),
  },
  {
    id: 'H3',
    why: 'An ORU^R01 with neither OBR nor TXA names no report (mapping samples of header and patient segments only): ERR-3 101, kept.',
    holds: refused('HL7_REQUIRED_FIELD_MISSING'),
  },
  {
    id: 'H4',
    why: 'Begins with no MSH segment: the sender is told with ERR-3 100, the bytes are kept.',
    holds: refused('HL7_NO_MSH'),
  },
  {
    id: 'H5',
    why: 'MSH is there and names no usable separators: MSH-1 or MSH-2 are letters, digits or missing (inputs of parser fuzzing): ERR-3 100, kept.',
    holds: refused('HL7_UNREADABLE'),
  },
  {
    id: 'H6',
    why: 'Bytes outside of a frame, or a frame that is cut off or restarted (HL7_FRAME_BROKEN), or above the limit (HL7_FRAME_TOO_LARGE): kept.',
    holds: refused('HL7_FRAME'),
  },
  {
    id: 'H7',
    why: 'Nothing but orders that say that they have no result yet (OBR-25 I, O, S, …): answered with AA, kept as a dead letter.',
    holds: refused('HL7_NO_RESULT'),
  },
  {
    id: 'S1',
    why: 'No answer although it was handled: MSH-15 and MSH-16 ask for none (NE), or for one in the other case only (ER, SU).',
    holds: ({ answer, kept }) => answer === '' && kept !== 'nowhere',
  },
  {
    id: 'S2',
    why: 'Taken although it has no report text (laboratory values, an order echoed without result): the event says HL7_NO_REPORT_TEXT. It may cancel or complete another version.',
    holds: ({ became }) => became.includes('HL7_NO_REPORT_TEXT'),
  },
  {
    id: 'S8',
    why: 'Taken, and none of its lines is read: the sender took them back (OBX-11 D, W: HL7_TEXT_WITHDRAWN), or says that they are no result (I, N, O, X: HL7_NO_RESULT).',
    holds: ({ became }) => /HL7_TEXT_WITHDRAWN|HL7_NO_RESULT/.test(became),
  },
  {
    id: 'S3',
    why: 'No accession number in any configured path: filed by facility and filler number, and shown as unmatched.',
    holds: ({ became }) => / by REPORT(?! HL7_REQUIRED)/.test(became),
  },
  {
    id: 'S4',
    why: 'Neither accession nor filler number: taken, filed by a digest of the message, and the event says HL7_REQUIRED_FIELD_MISSING.',
    holds: ({ became }) => became.includes('by REPORT HL7_REQUIRED_FIELD_MISSING'),
  },
  {
    id: 'S5',
    why: 'More than one message in the file (a batch, or a log of several): each is answered and kept by itself.',
    holds: ({ answer }) => countOf(answer) > 1,
  },
  {
    id: 'S6',
    why: 'More events than answers: several OBR of one message are several reports, or a report belongs to several accession numbers.',
    holds: (outcome) => taken(outcome) && countOf(outcome.became) > Math.max(1, countOf(outcome.answer)),
  },
  {
    id: 'S7',
    why: 'One file, partly taken and partly refused: its messages are judged one by one.',
    holds: ({ kept }) => kept === 'case + dead letter',
  },
];
