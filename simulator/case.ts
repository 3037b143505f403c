import type { CasePlan, Partner } from './case-plan.ts';
import { citer, type ImageSlot, imageSlots, slotsShowing } from './citations.ts';
import { type ImageUids, imageObject, type SimulatedImage } from './dicom/image-object.ts';
import { keyObject } from './dicom/key-object.ts';
import type { Facility } from './facilities.ts';
import { drawFindings, drawScenario, type FindingsTruth, truthLabels } from './findings-truth.ts';
import { orderOf } from './orders.ts';
import type { SimulatedPatient } from './patients.ts';
import { drawChest } from './phantom/phantom.ts';
import { Random } from './random.ts';
import { reportVersions, type SimulatedReport } from './report-versions.ts';
import { type CaseTruth, truthOf } from './truth.ts';
import { simulatedUid } from './uid.ts';

export type { SimulatedImage } from './dicom/image-object.ts';
export type { SimulatedReport } from './report-versions.ts';

/** Share of cases that never get the other side, half of them without images, half without a report. */
export const UNMATCHED_SHARE = 0.03;

/** Share of cases with a key object selection. */
const KEY_OBJECT_SHARE = 0.2;

/** A whole case: an order, a report in all its versions, its images, and what is true of it. */
export interface SimulatedCase {
  caseNumber: number;
  accession: string;
  facility: Facility;
  patient: SimulatedPatient;
  partner: Partner;
  truth: CaseTruth;
  plan: CasePlan;
  /** oldest first */
  reports: SimulatedReport[];
  images: SimulatedImage[];
  keyObject: SimulatedImage | null;
}

/**
 * Case `caseNumber` of the department with this seed; the same two numbers always give the same bytes. `draw` may give images that
 * cost less than drawn ones.
 */
export function simulateCase(seed: number, caseNumber: number, draw = drawChest): SimulatedCase {
  const plan = planCase(seed, caseNumber);
  const { facility, patient, accession } = plan.order;
  return {
    caseNumber,
    accession,
    facility,
    patient,
    partner: plan.partner,
    truth: truthOf(plan),
    plan,
    reports: plan.reports,
    images: plan.slots.map((slot) => drawImage(plan, slot, draw)),
    keyObject: keyObjectOf(plan),
  };
}

export function planCase(seed: number, caseNumber: number): CasePlan {
  const random = Random.of(seed, 'case', caseNumber);
  const order = orderOf(seed, caseNumber);
  const scenario = drawScenario(random);
  const truth = drawFindings(random, scenario, order.priorAt !== null);
  const slots = imageSlots(seed, order);
  const studyInstanceUid = simulatedUid(seed, 'study', caseNumber);
  const cite = citer(seed, order, slots);
  const indication = random.pick(scenario.indications);
  const reports = reportVersions(seed, { order, studyInstanceUid, indication, truth, cite });
  const alone = random.chance(UNMATCHED_SHARE);
  return {
    seed,
    caseNumber,
    order,
    scenario: scenario.name,
    partner: alone ? random.pick(['REPORT_ONLY', 'IMAGES_ONLY'] as const) : 'BOTH',
    truth,
    labels: truthLabels(truth),
    slots,
    studyInstanceUid,
    reports,
    keyImage: random.chance(KEY_OBJECT_SHARE) ? keyImageOf(truth, slots) : null,
  };
}

/** Draws one image of the case and packs it as a DICOM file. */
export function drawImage(plan: CasePlan, slot: ImageSlot, draw = drawChest): SimulatedImage {
  const { order, seed, caseNumber } = plan;
  const phantom = draw({
    seed,
    patient: order.patient.identifier,
    exposure: `${caseNumber}.${slot.index}`,
    view: slot.view,
    expiration: slot.expiration,
    sex: order.patient.sex,
    findings: plan.truth.findings.filter(
      (finding) => finding.assertion !== 'ABSENT' && finding.causeOf === '',
    ),
  });
  return imageObject(order, slot, imageUids(plan, slot), phantom);
}

/** The key object selection of the case, null where it has none. */
export function keyObjectOf(plan: CasePlan): SimulatedImage | null {
  const { keyImage, order, seed, caseNumber, studyInstanceUid } = plan;
  if (keyImage === null) return null;
  const uids = {
    studyInstanceUid,
    seriesInstanceUid: simulatedUid(seed, 'series', caseNumber, 'key objects'),
    sopInstanceUid: simulatedUid(seed, 'key object', caseNumber),
  };
  return keyObject(order, uids, [imageUids(plan, keyImage)], 'Shows the main finding.');
}

function imageUids(plan: CasePlan, slot: ImageSlot): ImageUids {
  const { seed, caseNumber, studyInstanceUid } = plan;
  return {
    studyInstanceUid,
    seriesInstanceUid: simulatedUid(seed, 'series', caseNumber, slot.seriesNumber),
    sopInstanceUid: simulatedUid(seed, 'image', caseNumber, slot.index),
  };
}

function keyImageOf(truth: FindingsTruth, slots: readonly ImageSlot[]): ImageSlot | null {
  const finding = truth.findings.find((item) => item.assertion !== 'ABSENT');
  const shown = finding === undefined ? slots : slotsShowing(finding, slots);
  return shown[0] ?? null;
}
