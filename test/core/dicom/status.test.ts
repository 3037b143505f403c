import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isRefusedForGood, isStored, STATUS, storeStatusOf } from '../../../core/dicom/status.ts';
import { ERRORS, type ErrorCode, InterleaveError } from '../../../core/errors.ts';

const statusOf = (code: ErrorCode) => storeStatusOf(new InterleaveError(code));

describe('storeStatusOf', () => {
  it('answers as the table of acknowledgements says', () => {
    assert.equal(statusOf('KAFKA_UNAVAILABLE'), 0xa700);
    assert.equal(statusOf('KAFKA_BUSY'), 0xa700);
    assert.equal(statusOf('OBJECT_STORE_FULL'), 0xa700);
    assert.equal(statusOf('OBJECT_STORE_UNAVAILABLE'), 0xa700);
    assert.equal(statusOf('DICOM_DATA_SET_MISMATCH'), 0xa900);
    assert.equal(statusOf('DICOM_DATA_SET_UNREADABLE'), 0xc000);
    assert.equal(statusOf('DICOM_SOP_INSTANCE_UID_MISSING'), 0xc000);
    assert.equal(statusOf('DICOM_DATA_SET_TOO_LARGE'), 0xc001);
    assert.equal(statusOf('DICOM_SOP_CLASS_UNSUPPORTED'), 0x0122);
    assert.equal(storeStatusOf(new Error('whatever')), 0xa700, 'the sender keeps what we do not understand');
  });

  it('never tells a sender to throw away what may be taken later', () => {
    for (const code of Object.keys(ERRORS) as ErrorCode[]) {
      if (ERRORS[code][0] !== 'reject') assert.equal(isRefusedForGood(statusOf(code)), false, code);
      assert.notEqual(statusOf(code), STATUS.SUCCESS);
    }
  });
});

describe('isStored', () => {
  it('is true for success and warnings', () => {
    assert.deepEqual([0, 0xb000, 0xb007, 0x0107].map(isStored), [true, true, true, true]);
    assert.deepEqual([0xa700, 0xa900, 0xc000, 0x0122].map(isStored), [false, false, false, false]);
  });
});
