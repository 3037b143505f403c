import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { STATUS } from '../../../core/dicom/status.ts';
import { type StoreResult, storeResponse } from '../../../core/dicomweb/store-response.ts';

const stored: StoreResult = {
  sopClassUid: '1.1',
  sopInstanceUid: '1.2',
  studyInstanceUid: '1.3',
  status: 0,
  code: null,
};
const failed = (status: number, code: StoreResult['code'] = 'DICOM_DATA_SET_UNREADABLE') => ({
  ...stored,
  status,
  code,
});

describe('the answer to STOW-RS', () => {
  const statuses: [string, number, StoreResult[]][] = [
    ['all are stored', 200, [stored, stored]],
    ['some are stored', 202, [stored, failed(STATUS.OUT_OF_RESOURCES)]],
    ['none, and one should come again', 503, [failed(0xc000), failed(STATUS.OUT_OF_RESOURCES)]],
    ['all are too large', 413, [failed(STATUS.TOO_LARGE)]],
    ['all are of another type', 415, [failed(0xc000, 'MEDIA_TYPE_UNSUPPORTED')]],
    ['none will ever be', 409, [failed(STATUS.TOO_LARGE), failed(0xa900)]],
    ['there was nothing', 400, []],
  ];
  for (const [what, status, results] of statuses)
    it(`is ${status} when ${what}`, () => assert.equal(storeResponse(results, null).httpStatus, status));

  it('names one study where all are of one, and where it can be retrieved', () => {
    assert.deepEqual(storeResponse([stored], 'http://x').body['00081190'], {
      vr: 'UR',
      Value: ['http://x/studies/1.3'],
    });
    const two = [stored, { ...stored, studyInstanceUid: '1.4' }];
    assert.deepEqual(storeResponse(two, 'http://x').body['00081190'], { vr: 'UR' });
    assert.deepEqual(storeResponse([stored], null).body['00081190'], { vr: 'UR' });
  });
});
