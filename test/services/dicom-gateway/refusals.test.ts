/** What an operator reads about a device that is refused: who it was, what it wanted, where its bytes are. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DimseSender, proposalsFor } from '../../../clients/dimse-sender.ts';
import { COMMAND } from '../../../core/dicom/dimse-command.ts';
import { codeOf } from '../../../core/errors.ts';
import { until } from '../../../harness/until.ts';
import { noOpenssl } from '../../support/certificates.ts';
import { loggedContext } from '../../support/log-lines.ts';
import { assertTellsFailedHandshake } from '../../support/tls-refusal.ts';
import { CT_CONTEXT, command, ECHO, ECHO_CONTEXT, RawPeer } from './raw-peer.ts';
import { testGateway } from './test-gateway.ts';
import { CT, image, newUid } from './test-objects.ts';

const FROM = { peer: '127.0.0.1', callingAeTitle: 'CT_SOUTH', calledAeTitle: 'INTERLEAVE' };
const PRIVATE_SYNTAX = '1.2.826.0.1.3680043.9.9999.2';
const PRIVATE_CLASS = '1.2.826.0.1.3680043.9.9999.1';
const C_FIND_RQ = 0x0020;

const connect = (port: number, presentationContexts = proposalsFor([image()])) =>
  DimseSender.connect({
    host: '127.0.0.1',
    port,
    callingAeTitle: FROM.callingAeTitle,
    calledAeTitle: FROM.calledAeTitle,
    presentationContexts,
  });

describe('the log of the DICOM gateway', () => {
  it('names the address and both AE titles of an association that it rejects', async (t) => {
    const context = loggedContext('dicom-gateway');
    const gateway = await testGateway(t, { context, env: { DICOM_CALLING_AE_TITLES: 'CT_NORTH' } });
    await assert.rejects(connect(gateway.port), (error) => codeOf(error) === 'DICOM_AE_TITLE_REFUSED');
    await until(() => context.lines('association.failed').length === 1, 5_000);
    assert.deepEqual(context.lines('association.failed'), [
      {
        level: 'warn',
        outcome: 'rejected',
        code: 'DICOM_AE_TITLE_REFUSED',
        ...FROM,
        msg: 'association.failed',
      },
    ]);
  });

  it('names SOP classes and transfer syntaxes that are not taken', async (t) => {
    const context = loggedContext('dicom-gateway');
    const gateway = await testGateway(t, { context });
    const sender = await connect(gateway.port, [
      { abstractSyntax: PRIVATE_CLASS, transferSyntaxes: ['1.2.840.10008.1.2.1'] },
      { abstractSyntax: CT, transferSyntaxes: [PRIVATE_SYNTAX] },
      { abstractSyntax: CT, transferSyntaxes: ['1.2.840.10008.1.2.1'] },
    ]);
    await sender.release();
    assert.deepEqual(context.lines('association.contexts.refused'), [
      {
        level: 'info',
        sopClasses: [PRIVATE_CLASS],
        transferSyntaxes: [{ sopClass: CT, proposed: [PRIVATE_SYNTAX] }],
        more: 0,
        ...FROM,
        msg: 'association.contexts.refused',
      },
    ]);
  });

  it('names the sender of an object that it refuses, and where its bytes are', async (t) => {
    const context = loggedContext('dicom-gateway');
    const gateway = await testGateway(t, { context, maxDataSetLength: 1_000_000 });
    const sender = await connect(gateway.port);
    const broken = { ...image(), dataSet: Buffer.from('this is no data set at all') };
    await sender.store(broken);
    const large = image({ pixels: Buffer.alloc(1_500_000) });
    await sender.store(large);
    await sender.release();
    const [kept, lost] = context.lines('object.refused');
    const sha256 = gateway.deadLetters[0]?.object?.sha256;
    assert.ok(sha256);
    assert.equal(kept?.['deadLetter'], `unknown/${sha256}`);
    assert.equal(lost?.['code'], 'DICOM_DATA_SET_TOO_LARGE');
    assert.equal(lost?.['deadLetter'], undefined);
    for (const line of [kept, lost])
      for (const [name, value] of Object.entries(FROM)) assert.equal(line?.[name], value);
  });

  it('names the sender of what it refuses unread: another SOP class than was agreed, another operation', async (t) => {
    const context = loggedContext('dicom-gateway');
    const gateway = await testGateway(t, { context });
    const peer = await RawPeer.associate(gateway.port);
    peer.send(CT_CONTEXT, 'command', command(COMMAND.C_STORE_RQ, PRIVATE_CLASS, newUid(), true));
    peer.send(CT_CONTEXT, 'data-set', image().dataSet);
    await peer.read();
    peer.send(CT_CONTEXT, 'command', command(C_FIND_RQ, CT));
    await peer.read();
    peer.send(ECHO_CONTEXT, 'command', ECHO);
    await peer.read();
    peer.close();
    const who = { ...FROM, callingAeTitle: 'RAW' };
    const told = { level: 'warn', ...who, msg: 'object.refused' };
    assert.deepEqual(context.lines('object.refused'), [
      { ...told, status: '0122', code: 'DICOM_SOP_CLASS_UNSUPPORTED', bytes: image().dataSet.length },
      { ...told, status: '0211', code: 'DICOM_COMMAND_INVALID', bytes: 0 },
    ]);
    assert.match(await context.metrics.text(), /interleave_dicom_objects_total\{status="0122"[^}]*\} 1/);
  });

  it('says why a TLS handshake failed, and counts it', { skip: noOpenssl }, async (t) => {
    const metrics = await assertTellsFailedHandshake(t, 'dicom-gateway', ({ cert, key }, context) =>
      testGateway(t, { context, env: { DICOM_TLS: 'true', TLS_CERT_FILE: cert, TLS_KEY_FILE: key } }),
    );
    assert.match(metrics, /interleave_dicom_connections_refused_total\{code="TLS_REFUSED"[^}]*\} 1/);
  });

  it('names a host that is not listed', async (t) => {
    const context = loggedContext('dicom-gateway');
    const gateway = await testGateway(t, { context, env: { DICOM_PEERS: '192.0.2.1' } });
    assert.equal(await (await RawPeer.connect(gateway.port)).read(), null);
    assert.deepEqual(context.lines('connection.refused'), [
      { level: 'warn', code: 'DICOM_PEER_REFUSED', peer: '127.0.0.1', msg: 'connection.refused' },
    ]);
  });
});
