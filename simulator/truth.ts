import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Assertion } from '../core/radiology/events.ts';
import type { CasePlan, Partner } from './case-plan.ts';
import type { TruthFinding } from './findings-truth.ts';
import { simulatedUid } from './uid.ts';

/** What is true of a case: one line of `truth.jsonl`, from which labels, joins and retrieval are evaluated. */
export interface CaseTruth {
  seed: number;
  caseNumber: number;
  accession: string;
  facility: string;
  patient: string;
  partner: Partner;
  scenario: string;
  studyInstanceUid: string;
  /** what the newest version says, and what the images show where it is not absent */
  findings: TruthFinding[];
  /** what the newest version comes to for each concept */
  labels: Record<string, Assertion>;
  versions: {
    kind: string;
    resultStatus: string;
    controlId: string;
    effectiveAt: number;
    labels: Record<string, Assertion>;
  }[];
  images: {
    sopInstanceUid: string;
    view: string;
    seriesNumber: number;
    instanceNumber: number;
    keyImage: boolean;
  }[];
}

export function truthOf(plan: CasePlan): CaseTruth {
  const { order, seed, caseNumber } = plan;
  return {
    seed,
    caseNumber,
    accession: order.accession,
    facility: order.facility.code,
    patient: order.patient.identifier,
    partner: plan.partner,
    scenario: plan.scenario,
    studyInstanceUid: plan.studyInstanceUid,
    findings: plan.truth.findings,
    labels: plan.labels,
    versions: plan.reports.map(({ kind, resultStatus, controlId, effectiveAt, labels }) => ({
      kind,
      resultStatus,
      controlId,
      effectiveAt,
      labels,
    })),
    images: plan.slots.map((slot) => ({
      sopInstanceUid: simulatedUid(seed, 'image', caseNumber, slot.index),
      view: slot.view,
      seriesNumber: slot.seriesNumber,
      instanceNumber: slot.instanceNumber,
      keyImage: plan.keyImage?.index === slot.index,
    })),
  };
}

/** Appends one JSON line for each case. After a crash a case may stand twice, with the same content. */
export class TruthLog {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  async append(truth: CaseTruth): Promise<void> {
    await mkdir(dirname(this.#file), { recursive: true, mode: 0o700 });
    const handle = await open(this.#file, 'a', 0o600);
    try {
      const { size } = await handle.stat();
      await handle.appendFile(`${JSON.stringify(truth)}\n`).catch(async (error: unknown) => {
        // Half a line would spoil the next one.
        await handle.truncate(size);
        throw error;
      });
    } finally {
      await handle.close();
    }
  }
}
