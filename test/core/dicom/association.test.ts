import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AssociateRequest } from '../../../core/dicom/associate-pdu.ts';
import { type AssociationPolicy, negotiate, REJECT } from '../../../core/dicom/association.ts';
import { MAX_PDU_LENGTH } from '../../../core/dicom/limits.ts';
import { DICOM_APPLICATION_CONTEXT, TRANSFER_SYNTAX, VERIFICATION } from '../../../core/dicom/uids.ts';

const ANYONE: AssociationPolicy = { callingAeTitles: [], calledAeTitles: [], extraSopClasses: [] };
const CT = '1.2.840.10008.5.1.4.1.1.2';
const JPEG_2000 = '1.2.840.10008.1.2.4.91';

function request(changes: Partial<AssociateRequest> = {}): AssociateRequest {
  return {
    protocolVersion: 1,
    calledAeTitle: 'INTERLEAVE',
    callingAeTitle: 'PACS',
    applicationContext: DICOM_APPLICATION_CONTEXT,
    contexts: [],
    user: {
      maxLength: 0,
      implementationClassUid: '1.2',
      implementationVersionName: '',
      asyncOperations: null,
      roles: [],
    },
    ...changes,
  };
}

function answers(contexts: [abstractSyntax: string, ...transferSyntaxes: string[]][], policy = ANYONE) {
  const proposed = contexts.map(([abstractSyntax, ...transferSyntaxes], index) => ({
    id: 2 * index + 1,
    abstractSyntax,
    transferSyntaxes,
  }));
  const result = negotiate(request({ contexts: proposed }), policy);
  assert.ok(result.accepted);
  return {
    answers: result.accept.contexts.map((one) => [one.result, one.transferSyntax]),
    ...result.association,
  };
}

describe('negotiate', () => {
  it('takes storage and verification in the first transfer syntax that it knows, Implicit VR last', () => {
    const result = answers([
      [VERIFICATION, TRANSFER_SYNTAX.EXPLICIT_LITTLE],
      [CT, '1.2.3', JPEG_2000, TRANSFER_SYNTAX.IMPLICIT_LITTLE],
      [CT, TRANSFER_SYNTAX.IMPLICIT_LITTLE, TRANSFER_SYNTAX.EXPLICIT_LITTLE, JPEG_2000],
      [CT, TRANSFER_SYNTAX.IMPLICIT_LITTLE],
    ]);
    assert.deepEqual(result.answers, [
      [0, TRANSFER_SYNTAX.EXPLICIT_LITTLE],
      [0, JPEG_2000],
      [0, TRANSFER_SYNTAX.EXPLICIT_LITTLE],
      [0, TRANSFER_SYNTAX.IMPLICIT_LITTLE],
    ]);
    assert.deepEqual(result.contexts.get(3), { abstractSyntax: CT, transferSyntax: JPEG_2000 });
  });

  it('refuses single contexts with the reason, and keeps the others', () => {
    const findStudies = '1.2.840.10008.5.1.4.1.2.2.1';
    const result = answers([
      [findStudies, TRANSFER_SYNTAX.IMPLICIT_LITTLE],
      [CT, '1.2.3'],
      [VERIFICATION, JPEG_2000],
      [CT, TRANSFER_SYNTAX.EXPLICIT_BIG],
    ]);
    assert.deepEqual(
      result.answers.map(([code]) => code),
      [3, 4, 4, 0],
    );
    assert.deepEqual([...result.contexts.keys()], [7]);
  });

  it('takes private SOP classes only where the site lists them', () => {
    const privateClass = '1.3.46.670589.5.0.1.1';
    const context: [string, string] = [privateClass, TRANSFER_SYNTAX.IMPLICIT_LITTLE];
    assert.equal(answers([context]).answers[0]?.[0], 3);
    assert.equal(answers([context], { ...ANYONE, extraSopClasses: [privateClass] }).answers[0]?.[0], 0);
  });

  it('offers its own PDU length, one operation at a time, and no role of the requestor as SCP', () => {
    const { user } = request();
    const roles = [{ sopClassUid: CT, scu: true, scp: true }];
    const result = negotiate(
      request({ user: { ...user, asyncOperations: { invoked: 8, performed: 8 }, roles } }),
      ANYONE,
    );
    assert.ok(result.accepted);
    assert.equal(result.accept.user.maxLength, MAX_PDU_LENGTH);
    assert.deepEqual(result.accept.user.asyncOperations, { invoked: 1, performed: 1 });
    assert.deepEqual(result.accept.user.roles, [{ sopClassUid: CT, scu: true, scp: false }]);
  });

  it('rejects with the reason of PS3.8 Table 9-21', () => {
    const refused = (changes: Partial<AssociateRequest>, policy: Partial<AssociationPolicy> = {}) => {
      const result = negotiate(request(changes), { ...ANYONE, ...policy });
      return result.accepted ? null : result.reject;
    };
    assert.deepEqual(refused({ protocolVersion: 2 }), REJECT.PROTOCOL_VERSION);
    assert.deepEqual(refused({ applicationContext: '1.2.3' }), REJECT.APPLICATION_CONTEXT);
    assert.deepEqual(refused({}, { calledAeTitles: ['OTHER'] }), { result: 1, source: 1, reason: 7 });
    assert.deepEqual(refused({}, { callingAeTitles: ['OTHER'] }), { result: 1, source: 1, reason: 3 });
    assert.equal(refused({}, { calledAeTitles: ['INTERLEAVE'], callingAeTitles: ['PACS'] }), null);
    assert.equal(refused({ protocolVersion: 3 }), null, 'other bits than the first are ignored');
  });
});
