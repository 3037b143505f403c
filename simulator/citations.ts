import type { TruthFinding } from './findings-truth.ts';
import type { Order, View } from './orders.ts';
import { Random } from './random.ts';
import type { Cite } from './text/grammar.ts';

/** Where one image of the study stands: series and instance number as the archive and the report count them. */
export interface ImageSlot {
  index: number;
  view: View;
  expiration: boolean;
  /** (0020,0011) */
  seriesNumber: number;
  /** (0020,0013) */
  instanceNumber: number;
}

/** Findings that a lateral view shows well enough to be cited. */
const SEEN_LATERALLY = new Set(['effusion', 'consolidation', 'mass', 'pneumonia', 'hernia', 'emphysema']);

/** Share of findings whose sentence in FINDINGS cites the images. */
const CITED_SHARE = 0.4;

/**
 * Numbers the images of a study. One facility puts each view into a series of its own, one all into one series, one
 * goes on counting from an earlier examination (series 3, image 55).
 */
export function imageSlots(seed: number, order: Order): ImageSlot[] {
  const random = Random.of(seed, 'slots', order.caseNumber);
  const { code } = order.facility;
  const series = code === 'LAKESIDE' ? random.integer(2, 5) : 1;
  const first = code === 'LAKESIDE' ? random.integer(1, 80) : 1;
  return order.procedure.views.map((view, index) => ({
    index,
    view,
    expiration: index === 2,
    seriesNumber: code === 'NORTHGATE' ? index + 1 : series,
    instanceNumber: code === 'NORTHGATE' ? 1 : first + index,
  }));
}

/** Writes citations like "(series 3, image 55)", "(series 2, images 12-14)", "(image 1)". */
export function citer(seed: number, order: Order, slots: readonly ImageSlot[]): Cite {
  const random = Random.of(seed, 'citations', order.caseNumber);
  const oneSeries = slots.every((slot) => slot.seriesNumber === slots[0]?.seriesNumber);
  return (finding) =>
    random.chance(CITED_SHARE) ? citation(random, slotsShowing(finding, slots), oneSeries) : '';
}

export function slotsShowing(finding: TruthFinding, slots: readonly ImageSlot[]): ImageSlot[] {
  return slots.filter((slot) => slot.view !== 'LATERAL' || SEEN_LATERALLY.has(finding.concept));
}

function citation(random: Random, slots: readonly ImageSlot[], oneSeries: boolean): string {
  const [first] = slots;
  if (first === undefined) return '';
  const same = slots.filter((slot) => slot.seriesNumber === first.seriesNumber);
  const numbers = same.map((slot) => slot.instanceNumber);
  const series = oneSeries && random.chance(0.3) ? '' : `series ${first.seriesNumber}, `;
  if (numbers.length === 1 || random.chance(0.3)) return `(${series}image ${numbers[0]})`;
  const last = numbers.at(-1) ?? 0;
  const consecutive = last - (numbers[0] ?? 0) === numbers.length - 1;
  if (consecutive && numbers.length > 2) return `(${series}images ${numbers[0]}-${last})`;
  return `(${series}images ${numbers.join(' and ')})`;
}
