import type {
  Case,
  CaseCorrection,
  ImageEmbedded,
  ImageReceived,
  Rejection,
  ReportLabeled,
  ReportReceived,
} from '../core/radiology/events.ts';
import type { ModelGenerations } from '../core/radiology/model-generations.ts';
import { codec } from '../platform/avro/codec.ts';
import { deadLetterCodec } from '../platform/kafka/dead-letter.ts';

/** `radiology.case.moved`: content that goes from one case to another. */
export interface CaseMoved {
  sourceCaseId: string;
  targetCaseId: string;
  movedAt: number;
  reason: string;
  content: Case;
}

/** How each event is written to and read from its topic. */
export const events = {
  reportReceived: codec<ReportReceived>('report-received'),
  reportLabeled: codec<ReportLabeled>('report-labeled'),
  imageReceived: codec<ImageReceived>('image-received'),
  imageEmbedded: codec<ImageEmbedded>('image-embedded'),
  case: codec<Case>('case'),
  caseMoved: codec<CaseMoved>('case-moved'),
  imageRejected: codec<Rejection>('image-rejected'),
  caseCorrection: codec<CaseCorrection>('case-correction'),
  modelGenerations: codec<ModelGenerations>('model-generations'),
  deadLetter: deadLetterCodec,
};
