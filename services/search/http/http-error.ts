import { ERRORS, type ErrorCode, InterleaveError } from '../../../core/errors.ts';
import { NOTICE } from '../../../core/notice.ts';

/** The HTTP status of a code; what is not named here is 503 where it passes and else 500. */
const STATUS: Partial<Record<ErrorCode, number>> = {
  QUERY_INVALID: 400,
  ACT_INVALID: 400,
  ACT_TOKEN_REFUSED: 401,
  HOST_REFUSED: 403,
  CASE_NOT_FOUND: 404,
  INSTANCE_NOT_FOUND: 404,
  OBJECT_MISSING: 404,
  ROUTE_NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  NOT_ACCEPTABLE: 406,
  DICOM_DATA_SET_UNREADABLE: 406,
  IMAGE_NO_PIXELS: 406,
  IMAGE_TOO_LARGE: 406,
  IMAGE_TRANSFER_SYNTAX_UNSUPPORTED: 406,
  IMAGE_UNDECODABLE: 406,
  REQUEST_TOO_LARGE: 413,
  RATE_LIMITED: 429,
  ACT_NOT_APPLIED: 501,
  ACT_TOKEN_UNUSABLE: 503,
};

export interface HttpError {
  status: number;
  code: ErrorCode;
  body: { error: { code: ErrorCode; message: string }; notice: string };
}

/** What a request is answered that failed. Only errors of ours say more than their code. */
export function httpError(error: unknown): HttpError {
  if (error instanceof InterleaveError && error.code !== 'INTERNAL') return answer(error.code, error.message);
  return answer(codeOfFramework(error));
}

function answer(code: ErrorCode, message: string = ERRORS[code][1]): HttpError {
  const status = STATUS[code] ?? (ERRORS[code][0] === 'retry' ? 503 : 500);
  return { status, code, body: { error: { code, message }, notice: NOTICE } };
}

/** Fastify's own refusals (a body that is no JSON, too long, of another type) carry a status. */
function codeOfFramework(error: unknown): ErrorCode {
  const status =
    typeof error === 'object' && error !== null && 'statusCode' in error ? error.statusCode : undefined;
  if (status === 413) return 'REQUEST_TOO_LARGE';
  if (status === 404) return 'ROUTE_NOT_FOUND';
  return typeof status === 'number' && status >= 400 && status < 500 ? 'QUERY_INVALID' : 'INTERNAL';
}
