/** The answer to STOW-RS (PS3.18 10.5.3, Annex I): what became of each object. */

import { STATUS } from '../dicom/status.ts';
import type { ErrorCode } from '../errors.ts';
import { type JsonDataSet, type JsonElement, jsonNumber, jsonStrings } from './json-model.ts';

/** What became of one part of the message. UIDs are '' where it could not be read so far. */
export interface StoreResult {
  sopClassUid: string;
  sopInstanceUid: string;
  studyInstanceUid: string;
  /** as in C-STORE (PS3.18 Table 10.5.3-2 has the same values) */
  status: number;
  /** null: stored */
  code: ErrorCode | null;
}

export interface StoreResponse {
  httpStatus: 200 | 202 | 400 | 409 | 413 | 415 | 503;
  body: JsonDataSet;
}

/** `base` is where stored objects can be retrieved, null where that is not known. */
export function storeResponse(results: readonly StoreResult[], base: string | null): StoreResponse {
  const stored = results.filter(({ code }) => code === null);
  const failed = results.filter(({ code }) => code !== null);
  const named = failed.filter(({ sopInstanceUid }) => sopInstanceUid !== '');
  const others = failed.filter(({ sopInstanceUid }) => sopInstanceUid === '');
  const studies = new Set(stored.map(({ studyInstanceUid }) => studyInstanceUid));
  const [study] = studies;
  const url = base === null || studies.size !== 1 || !study ? [] : [`${base}/studies/${study}`];
  return {
    httpStatus: statusOf(stored.length, failed),
    body: {
      '00081190': jsonStrings('UR', url),
      ...sequence('00081198', named, (one) => ({ ...reference(one), '00081197': reason(one) })),
      ...sequence('00081199', stored, reference),
      ...sequence('0008119A', others, (one) => ({ '00081197': reason(one) })),
    },
  };
}

/**
 * 200: all are stored. 202: some are. Otherwise none is: 503 where one of them should be sent again, 413 and 415 where
 * that is what is wrong with all of them, 409 for anything else, 400 for a message without parts.
 */
function statusOf(stored: number, failed: readonly StoreResult[]): StoreResponse['httpStatus'] {
  if (failed.length === 0) return stored > 0 ? 200 : 400;
  if (stored > 0) return 202;
  if (failed.some(({ status }) => (status & 0xff00) === STATUS.OUT_OF_RESOURCES)) return 503;
  if (failed.every(({ status }) => status === STATUS.TOO_LARGE)) return 413;
  return failed.every(({ code }) => code === 'MEDIA_TYPE_UNSUPPORTED') ? 415 : 409;
}

function sequence(
  tag: string,
  results: readonly StoreResult[],
  item: (result: StoreResult) => JsonDataSet,
): Record<string, JsonElement> {
  return results.length === 0 ? {} : { [tag]: { vr: 'SQ', Value: results.map(item) } };
}

function reference({ sopClassUid, sopInstanceUid }: StoreResult): JsonDataSet {
  return {
    '00081150': jsonStrings('UI', sopClassUid === '' ? [] : [sopClassUid]),
    '00081155': jsonStrings('UI', [sopInstanceUid]),
  };
}

function reason({ status }: StoreResult): JsonElement {
  return jsonNumber('US', status);
}
