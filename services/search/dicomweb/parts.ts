import type { FastifyRequest } from 'fastify';
import { type MediaRange, parseAccept, takes } from '../../../core/dicomweb/media-type.ts';
import { InterleaveError } from '../../../core/errors.ts';
import type { ObjectStore } from '../../../platform/object-store/object-store.ts';
import type { Audit } from '../access/audit.ts';
import type { RateLimit } from '../access/rate-limit.ts';
import type { CaseIndex } from '../retrieval/case-index.ts';
import { parametersOf } from './dicom-path.ts';
import type { Frames } from './frames.ts';

/** What the DICOMweb routes stand on. */
export interface DicomWebParts {
  index: CaseIndex;
  objects: ObjectStore;
  frames: Frames;
  audit: Audit;
  /** of queries and rendered images */
  rate: RateLimit;
  /** of whatever is read of stored objects: themselves, metadata, frames, bulk data */
  objectRate: RateLimit;
  /** the address that clients know us by, '' for the one that they use */
  url: string;
}

export const DICOM_WEB = '/dicom-web';

/** The beginning of the addresses in an answer. The `Host` has been checked before (`allowed-hosts.ts`). */
export function baseOf({ url }: Pick<DicomWebParts, 'url'>, request: FastifyRequest): string {
  return url === '' ? `http://${request.headers.host ?? 'localhost'}${DICOM_WEB}` : url.replace(/\/+$/, '');
}

/** What the client accepts: the query may say it in place of the header (PS3.18 8.3.3.1). */
export function acceptedBy(request: FastifyRequest): MediaRange[] {
  return parseAccept(parametersOf(request.url).get('accept') ?? request.headers.accept);
}

/** @throws InterleaveError RATE_LIMITED */
export function limitRate(rate: RateLimit, request: FastifyRequest): void {
  if (!rate.allows(request.ip)) throw new InterleaveError('RATE_LIMITED');
}

export const DICOM_JSON = 'application/dicom+json';

/**
 * The name of JSON that the client wants: the standard's, unless it knows only the plain one (PS3.18 8.7.3.2).
 * @throws InterleaveError NOT_ACCEPTABLE where it wants no JSON
 */
export function jsonTypeFor(request: FastifyRequest): string {
  const isJson = (range: MediaRange) =>
    !range.multipart && (takes(range, DICOM_JSON) || range.type === JSON_TYPE);
  const range = acceptedBy(request).find(isJson);
  if (range === undefined) throw new InterleaveError('NOT_ACCEPTABLE', `Available: ${DICOM_JSON}.`);
  return range.type === JSON_TYPE ? JSON_TYPE : DICOM_JSON;
}

const JSON_TYPE = 'application/json';
