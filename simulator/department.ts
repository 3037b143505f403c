import { planCase } from './case.ts';
import type { CasePlan } from './case-plan.ts';
import { Random } from './random.ts';

/** One thing that is sent: a version of the report, all images of the case, or its key object selection. */
export type DeliveryItem = { kind: 'REPORT'; version: number } | { kind: 'IMAGES' } | { kind: 'KEY_OBJECT' };

/** A delivery and when it is due: seconds after the case began, times the time scale. */
export interface Delivery {
  item: DeliveryItem;
  delay: number;
}

/**
 * When the department sends what. Report and images come in random order: about half of the cases have the images
 * first, as in life, and the other half the report. Delays are seconds to minutes: mostly short, sometimes long.
 */
export function deliveries(plan: CasePlan): Delivery[] {
  const random = Random.of(plan.seed, 'schedule', plan.caseNumber);
  const imagesFirst = random.chance(0.55);
  const early = random.between(0, 4);
  const late = early + waiting(random, 8);
  const imagesAt = imagesFirst ? early : late;
  let reportAt = imagesFirst ? late : early;
  const scheduled: Delivery[] = [];
  if (plan.partner !== 'REPORT_ONLY') scheduled.push({ item: { kind: 'IMAGES' }, delay: imagesAt });
  if (plan.partner !== 'REPORT_ONLY' && plan.keyImage !== null) {
    // A key object selection may come before the images it names.
    const before = random.chance(0.2);
    const delay = before ? random.between(0, imagesAt) : imagesAt + waiting(random, 5);
    scheduled.push({ item: { kind: 'KEY_OBJECT' }, delay });
  }
  if (plan.partner !== 'IMAGES_ONLY')
    for (const version of plan.reports.keys()) {
      scheduled.push({ item: { kind: 'REPORT', version }, delay: reportAt });
      reportAt += waiting(random, 45);
    }
  return scheduled.sort((a, b) => a.delay - b.delay);
}

/** Plan of a case together with its deliveries. */
export function scheduledCase(seed: number, caseNumber: number): { plan: CasePlan; deliveries: Delivery[] } {
  const plan = planCase(seed, caseNumber);
  return { plan, deliveries: deliveries(plan) };
}

/** Name of an item within its case, as the state file keeps it. */
export function itemName(item: DeliveryItem): string {
  return item.kind === 'REPORT' ? `REPORT.${item.version}` : item.kind;
}

/** Longest wait, as a multiple of the usual one. */
const LONGEST_WAIT = 12;

/** Around `usual` seconds, log-normal: half of the waits are shorter, few are many times longer. */
function waiting(random: Random, usual: number): number {
  return Math.min(usual * LONGEST_WAIT, usual * Math.exp(0.9 * random.normal()));
}
