import type {
  Case,
  ImageEmbedded,
  ImageReceived,
  ObjectRef,
  ReportLabeled,
  ReportReceived,
} from '../core/radiology/events.ts';
import { codec } from '../platform/avro/codec.ts';

/** `radiology.case.moved`: content that goes from one case to another. */
export interface CaseMoved {
  sourceCaseId: string;
  targetCaseId: string;
  movedAt: number;
  reason: string;
  content: Case;
}

/** `radiology.dead-letter.<service>`: what a service could never handle, and why. */
export interface DeadLetter {
  service: string;
  code: string;
  /** the folder in the object store */
  caseId: string;
  object: ObjectRef | null;
  value: Buffer | null;
  topic: string;
  partition: number;
  offset: number;
  receivedAt: number;
}

/** How each event is written to and read from its topic. */
export const events = {
  reportReceived: codec<ReportReceived>('report-received'),
  reportLabeled: codec<ReportLabeled>('report-labeled'),
  imageReceived: codec<ImageReceived>('image-received'),
  imageEmbedded: codec<ImageEmbedded>('image-embedded'),
  case: codec<Case>('case'),
  caseMoved: codec<CaseMoved>('case-moved'),
  deadLetter: codec<DeadLetter>('dead-letter'),
};
