import type { Assertion, ReportStatus } from '../core/radiology/events.ts';
import { reportStatus } from '../core/radiology/report-status.ts';
import { MINUTE } from './clock.ts';
import { type FindingsTruth, type TruthFinding, truthLabels } from './findings-truth.ts';
import { reportMessage } from './hl7/report-message.ts';
import type { Order } from './orders.ts';
import { Random } from './random.ts';
import type { Cite } from './text/grammar.ts';
import { writeReport } from './text/report-text.ts';
import { plainText } from './text/written-section.ts';

export type VersionKind = 'PRELIMINARY' | 'FINAL' | 'CORRECTED' | 'ADDENDUM';

/** One version of the report of a case, as it goes to the gateway. */
export interface SimulatedReport {
  kind: VersionKind;
  /** OBR-25; an addendum comes as a correction with the whole text */
  resultStatus: 'P' | 'F' | 'C';
  status: ReportStatus;
  controlId: string;
  fillerNumber: string;
  /** ms since 1970; OBR-22 */
  effectiveAt: number;
  /** as a reader would see it */
  text: string;
  findings: TruthFinding[];
  normal: FindingsTruth['normal'];
  labels: Record<string, Assertion>;
  /** HL7, segments end with a carriage return, no frame */
  message: Buffer;
}

const RESULT_STATUS = { PRELIMINARY: 'P', FINAL: 'F', CORRECTED: 'C', ADDENDUM: 'C' } as const;

/** Everything that the reader of a case knows. */
export interface Reading {
  order: Order;
  studyInstanceUid: string;
  indication: string;
  /** what the newest version says */
  truth: FindingsTruth;
  cite: Cite;
}

/** All versions of the report of a case, oldest first. The newest says the truth; older ones may be mistaken. */
export function reportVersions(seed: number, reading: Reading): SimulatedReport[] {
  const { order } = reading;
  const random = Random.of(seed, 'versions', order.caseNumber);
  const layout = random.pick(order.facility.layouts);
  let effectiveAt = order.observedAt;
  return versionKinds(random).map((kind, index, kinds) => {
    const corrects = kinds.slice(index + 1).includes('CORRECTED');
    const mistaken = corrects || (kind === 'PRELIMINARY' && random.chance(0.3));
    const truth = mistaken
      ? mistake(Random.of(seed, 'mistake', order.caseNumber), reading.truth)
      : reading.truth;
    effectiveAt += random.integer(5, 120) * MINUTE;
    const sections = writeReport(Random.of(seed, 'report', order.caseNumber, index), {
      order,
      indication: reading.indication,
      truth,
      cite: reading.cite,
      corrected: kind === 'CORRECTED',
      addendum: kind === 'ADDENDUM' ? addendum(random, order) : '',
    });
    const resultStatus = RESULT_STATUS[kind];
    const controlId = `${order.accession}.${index + 1}`;
    const draft = { controlId, resultStatus, effectiveAt, layout, sections };
    return {
      kind,
      resultStatus,
      status: reportStatus(resultStatus),
      controlId,
      fillerNumber: order.fillerNumber,
      effectiveAt,
      text: plainText(sections),
      findings: truth.findings,
      normal: truth.normal,
      labels: truthLabels(truth),
      message: reportMessage(order, reading.studyInstanceUid, draft),
    };
  });
}

function versionKinds(random: Random): VersionKind[] {
  const kinds: VersionKind[] = random.chance(0.3) ? ['PRELIMINARY', 'FINAL'] : ['FINAL'];
  if (random.chance(0.08)) kinds.push('CORRECTED');
  if (random.chance(0.06)) kinds.push('ADDENDUM');
  return kinds;
}

/** What a reader may get wrong at first: a finding is missed, put on the other side, or held for less certain. */
export function mistake(random: Random, truth: FindingsTruth): FindingsTruth {
  const own = truth.findings.filter((finding) => finding.assertion !== 'ABSENT' && finding.causeOf === '');
  if (own.length === 0) return truth;
  const wrong = random.pick(own);
  const alter = (more: Partial<TruthFinding>): FindingsTruth => ({
    ...truth,
    findings: truth.findings.map((item) =>
      item === wrong
        ? { ...item, ...more }
        : item.causeOf === wrong.concept
          ? { ...item, ...side(more) }
          : item,
    ),
  });
  const sided =
    (wrong.laterality === 'LEFT' || wrong.laterality === 'RIGHT') && !wrong.location.startsWith('m');
  if (sided && wrong.location !== 'lingula' && random.chance(0.4))
    return alter({ laterality: wrong.laterality === 'LEFT' ? 'RIGHT' : 'LEFT' });
  const hasCause = truth.findings.some((finding) => finding.causeOf === wrong.concept);
  if (wrong.assertion === 'PRESENT' && !hasCause && wrong.device === null && random.chance(0.4))
    return alter({ assertion: 'UNCERTAIN', change: '' });
  const findings = truth.findings.filter((item) => item !== wrong && item.causeOf !== wrong.concept);
  return { findings, normal: own.length === 1 ? [...truth.normal, 'normal-study'] : truth.normal };
}

function side(more: Partial<TruthFinding>): Partial<TruthFinding> {
  return more.laterality === undefined ? {} : { laterality: more.laterality };
}

function addendum(random: Random, order: Order): string {
  return random.pick([
    `Results were discussed with Dr. ${order.referrer.familyName} by telephone.`,
    'An outside examination was reviewed for comparison. The interpretation above is not changed.',
    'The technique section was amended. No other change.',
  ]);
}
