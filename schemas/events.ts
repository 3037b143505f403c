import type { CaseCorrection } from '../core/radiology/corrections.ts';
import type {
  Case,
  ImageEmbedded,
  ImageReceived,
  Rejection,
  ReportReceived,
} from '../core/radiology/events.ts';
import type { ModelGenerations } from '../core/radiology/model-generations.ts';
import { type Codec, codec } from '../platform/avro/codec.ts';
import { deadLetterCodec } from '../platform/kafka/dead-letter.ts';
import { caseOf, type StoredCase, storedCase } from './case-wire.ts';
import { reportOf, type StoredReport, storedReport } from './reading-wire.ts';

/** `radiology.case.moved`: content that goes from one case to another. */
export interface CaseMoved {
  sourceCaseId: string;
  targetCaseId: string;
  movedAt: number;
  reason: string;
  content: Case;
}

type StoredMove = Omit<CaseMoved, 'content'> & { content: StoredCase };

/** How each event is written to and read from its topic. */
export const events = {
  reportReceived: codec<ReportReceived>('report-received'),
  reportLabeled: mapped(codec<StoredReport>('report-labeled'), storedReport, reportOf),
  imageReceived: codec<ImageReceived>('image-received'),
  imageEmbedded: codec<ImageEmbedded>('image-embedded'),
  case: mapped(codec<StoredCase>('case'), storedCase, caseOf),
  caseMoved: mapped(
    codec<StoredMove>('case-moved'),
    ({ content, ...moved }: CaseMoved): StoredMove => ({ ...moved, content: storedCase(content) }),
    ({ content, ...moved }): CaseMoved => ({ ...moved, content: caseOf(content) }),
  ),
  imageRejected: codec<Rejection>('image-rejected'),
  caseCorrection: codec<CaseCorrection>('case-correction'),
  modelGenerations: codec<ModelGenerations>('model-generations'),
  deadLetter: deadLetterCodec,
};

/** A codec of what this version works with, from one of what Avro has. */
function mapped<Stored, T>(
  inner: Codec<Stored>,
  down: (value: T) => Stored,
  up: (stored: Stored) => T,
): Codec<T> {
  return { encode: (value) => inner.encode(down(value)), decode: (bytes) => up(inner.decode(bytes)) };
}
