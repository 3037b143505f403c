/** One HTTP request to the STOW-RS listener, from its headers to its answer. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isUid } from '../../../core/dicom/uids.ts';
import { boundaryOf, parseAccept, parseMediaType, takes } from '../../../core/dicomweb/media-type.ts';
import { storeResponse } from '../../../core/dicomweb/store-response.ts';
import { codeOf, ERRORS, type ErrorCode, InterleaveError } from '../../../core/errors.ts';
import { receiveInstances } from './receive-instances.ts';
import type { StorePartOptions } from './store-part.ts';

export interface StoreRequestOptions extends Omit<StorePartOptions, 'studyInstanceUid'> {
  isAllowed(host?: string, origin?: string): boolean;
  /** takes one of the places for requests, null when there is none */
  admit(peer: string): (() => void) | null;
  maxLength: number;
  idleMs: number;
  /** where stored objects can be retrieved, null where that is not known */
  retrieveUrl: string | null;
}

/** Why a request is refused, or failed: what `code` means as a status. */
const STATUS_OF: Partial<Record<ErrorCode, number>> = {
  HOST_REFUSED: 403,
  ROUTE_NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  NOT_ACCEPTABLE: 406,
  QUERY_INVALID: 400,
  MULTIPART_INVALID: 400,
  DICOM_TIMEOUT: 408,
  REQUEST_TOO_LARGE: 413,
  DICOM_DATA_SET_TOO_LARGE: 413,
  MEDIA_TYPE_UNSUPPORTED: 415,
};

const DICOM_JSON = 'application/dicom+json';

/** Answers; never rejects. Resolves with the code of what was wrong with the request itself. */
export async function storeRequest(
  request: IncomingMessage,
  response: ServerResponse,
  options: StoreRequestOptions,
): Promise<ErrorCode | null> {
  let leave: (() => void) | null = null;
  // While objects are stored nothing need come or go; from the answer on, a client that takes nothing is left.
  const answer = (status: number, contentType: string, body: unknown, last: boolean) => {
    response.setTimeout(options.idleMs);
    send(request, response, status, contentType, body, last);
  };
  try {
    const { boundary, studyInstanceUid } = readHead(request, options);
    leave = options.admit(request.socket.remoteAddress ?? '');
    if (leave === null) throw new InterleaveError('TOO_MANY_REQUESTS');
    if (request.headers.expect !== undefined) response.writeContinue();
    const received = { ...options, boundary, studyInstanceUid };
    const { results, problem } = await receiveInstances(withinTime(request, options.idleMs), received);
    if (problem !== null && results.length === 0) throw problem;
    const { httpStatus, body } = storeResponse(results, options.retrieveUrl);
    // What came before a message broke off is stored: the sender hears so, and that it was not all.
    const status = problem !== null && httpStatus === 200 ? 202 : httpStatus;
    answer(status, DICOM_JSON, body, problem !== null);
    return problem?.code ?? null;
  } catch (error) {
    const code = codeOf(error);
    const status = STATUS_OF[code] ?? (ERRORS[code][0] === 'retry' ? 503 : 500);
    const message = error instanceof InterleaveError ? error.message : ERRORS[code][1];
    answer(status, 'application/json', { error: { code, message } }, true);
    return code;
  } finally {
    leave?.();
  }
}

/** All that can be said before a byte of the body is read. Throws what is wrong. */
function readHead(request: IncomingMessage, options: StoreRequestOptions) {
  const { headers, method, url = '' } = request;
  if (!options.isAllowed(headers.host, headers.origin)) throw new InterleaveError('HOST_REFUSED');
  const path = /^\/dicom-web\/studies(?:\/([^/?]*))?$/.exec(url.split('?')[0] ?? '');
  if (path === null) throw new InterleaveError('ROUTE_NOT_FOUND');
  if (method !== 'POST') throw new InterleaveError('METHOD_NOT_ALLOWED');
  const studyInstanceUid = path[1] ?? null;
  if (studyInstanceUid !== null && !isUid(studyInstanceUid))
    throw new InterleaveError('QUERY_INVALID', 'Not a valid UID.');
  const media = parseMediaType(headers['content-type'] ?? '');
  const type = media?.parameters.get('type')?.toLowerCase();
  if (media?.type !== 'multipart/related' || (type !== undefined && type !== 'application/dicom'))
    throw new InterleaveError(
      'MEDIA_TYPE_UNSUPPORTED',
      'Send multipart/related with parts of application/dicom.',
    );
  const boundary = boundaryOf(media);
  if (boundary === null)
    throw new InterleaveError('MULTIPART_INVALID', 'The Content-Type names no boundary.');
  if (headers['content-encoding'] !== undefined)
    throw new InterleaveError('MEDIA_TYPE_UNSUPPORTED', 'Bodies with a Content-Encoding are not supported.');
  const isJson = parseAccept(headers.accept).some(
    (range) => takes(range, DICOM_JSON) || takes(range, 'application/json'),
  );
  if (!isJson) throw new InterleaveError('NOT_ACCEPTABLE', `Available: ${DICOM_JSON}.`);
  if (Number(headers['content-length'] ?? 0) > options.maxLength)
    throw new InterleaveError('REQUEST_TOO_LARGE');
  return { boundary, studyInstanceUid };
}

/** The body, as long as something comes in time; while it is being written, the clock stands. */
async function* withinTime(request: IncomingMessage, idleMs: number): AsyncGenerator<Buffer> {
  const chunks: AsyncIterator<Buffer> = request[Symbol.asyncIterator]();
  for (;;) {
    const next = await nextWithin(chunks, idleMs);
    if (next.done === true) return;
    yield next.value;
  }
}

async function nextWithin(chunks: AsyncIterator<Buffer>, idleMs: number): Promise<IteratorResult<Buffer>> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new InterleaveError('DICOM_TIMEOUT')), idleMs);
  });
  // A connection that breaks off is no fault of ours.
  const next = chunks.next().catch((cause: unknown) => {
    throw new InterleaveError('MULTIPART_INVALID', 'The connection broke off.', { cause });
  });
  return Promise.race([next, late]).finally(() => clearTimeout(timer));
}

/** `last`: the rest of the body is not read, so that nothing can follow on this connection. */
function send(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  contentType: string,
  body: unknown,
  last: boolean,
): void {
  if (response.destroyed) return;
  response.statusCode = status;
  response.setHeader('content-type', contentType);
  response.setHeader('cache-control', 'no-store');
  response.setHeader('x-content-type-options', 'nosniff');
  if (status === 405) response.setHeader('allow', 'POST');
  if (status === 503) response.setHeader('retry-after', '5');
  if (last) response.setHeader('connection', 'close');
  response.end(JSON.stringify(body), () => {
    if (last && !request.complete) request.socket.destroySoon();
  });
}
