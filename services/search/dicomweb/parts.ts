import type { FastifyRequest } from 'fastify';
import { type MediaRange, parseAccept } from '../../../core/dicom/web/media-type.ts';
import { InterleaveError } from '../../../core/errors.ts';
import type { ObjectStore } from '../../../platform/object-store/object-store.ts';
import type { Audit } from '../audit.ts';
import type { CaseIndex } from '../case-index.ts';
import type { RateLimit } from '../rate-limit.ts';
import type { Frames } from './frames.ts';
import { parametersOf } from './place.ts';

/** What the DICOMweb routes stand on. */
export interface DicomWebParts {
  index: CaseIndex;
  objects: ObjectStore;
  frames: Frames;
  audit: Audit;
  rate: RateLimit;
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
export function limitRate({ rate }: Pick<DicomWebParts, 'rate'>, request: FastifyRequest): void {
  if (!rate.allows(request.ip)) throw new InterleaveError('RATE_LIMITED');
}

export const DICOM_JSON = 'application/dicom+json';

/** @throws InterleaveError NOT_ACCEPTABLE where the client wants no JSON */
export function requireJson(request: FastifyRequest): void {
  const isJson = ({ multipart, type }: MediaRange) =>
    !multipart && ['*/*', 'application/*', DICOM_JSON, 'application/json'].includes(type);
  if (!acceptedBy(request).some(isJson))
    throw new InterleaveError('NOT_ACCEPTABLE', `There is ${DICOM_JSON}.`);
}
