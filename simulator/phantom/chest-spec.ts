import type { TruthFinding } from '../findings-truth.ts';
import type { View } from '../orders.ts';

/** One radiograph to be drawn. The same spec always gives the same pixels. */
export interface ChestSpec {
  seed: number;
  /** whose anatomy: the same patient looks alike in every image */
  patient: string;
  /** which exposure: noise and small movements */
  exposure: string;
  view: View;
  expiration: boolean;
  sex: 'F' | 'M';
  /** only those that are present or doubtful are drawn */
  findings: readonly DrawnFinding[];
}

/** What of a finding the picture shows. */
export type DrawnFinding = Pick<
  TruthFinding,
  'concept' | 'assertion' | 'laterality' | 'location' | 'degree' | 'sizeMm' | 'device' | 'rib'
>;
