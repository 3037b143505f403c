import type { Assertion } from '../core/radiology/events.ts';
import type { ImageSlot } from './citations.ts';
import type { FindingsTruth } from './findings-truth.ts';
import type { Order } from './orders.ts';
import type { SimulatedReport } from './report-versions.ts';

/** A case without its pixels: cheap, and everything else follows from it. */
export interface CasePlan {
  seed: number;
  caseNumber: number;
  order: Order;
  scenario: string;
  partner: Partner;
  truth: FindingsTruth;
  /** what the newest report says of each concept */
  labels: Record<string, Assertion>;
  slots: ImageSlot[];
  studyInstanceUid: string;
  reports: SimulatedReport[];
  /** the image that the key object selection names, null without one */
  keyImage: ImageSlot | null;
}

/** Whether the department ever sends both sides of a case. */
export type Partner = 'BOTH' | 'REPORT_ONLY' | 'IMAGES_ONLY';
