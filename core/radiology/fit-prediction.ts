import type { Prediction } from './events.ts';
import { type CaseLimits, MAX_PREDICTION_BYTES } from './limits.ts';
import { compareText } from './total-order.ts';

/**
 * A prediction as a case can hold it: concepts once each and in the order of their names; where there are too many, those
 * with the greatest scores. Null for one whose bundle has no hash of ours.
 */
export function fitPrediction(prediction: Prediction, limits: CaseLimits): Prediction | null {
  const { bundle, scores } = prediction;
  if (Buffer.byteLength(bundle, 'utf8') > limits.identityBytes) return null;
  const sorted = scores
    .filter(({ score }) => Number.isFinite(score))
    .sort((a, b) => b.score - a.score || compareText(a.concept, b.concept));
  const kept = new Map<string, Prediction['scores'][number]>();
  let bytes = 0;
  for (const one of sorted) {
    if (kept.has(one.concept)) continue;
    bytes += Buffer.byteLength(one.concept, 'utf8') + SCORE_BYTES;
    if (bytes > MAX_PREDICTION_BYTES) break;
    kept.set(one.concept, one);
  }
  return { ...prediction, scores: [...kept.values()].sort((a, b) => compareText(a.concept, b.concept)) };
}

/** The length of the concept and a double, in Avro. */
const SCORE_BYTES = 2 + 8;
