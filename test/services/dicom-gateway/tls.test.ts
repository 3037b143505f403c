/** DIMSE over TLS (PS3.15 B.9, IHE ATNA): with our own sender and with DCMTK. */
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { DimseSender, proposalsFor } from '../../../clients/dimse-sender.ts';
import { part10Header } from '../../../core/dicom/part10.ts';
import { codeOf } from '../../../core/errors.ts';
import { until } from '../../../harness/until.ts';
import { clientTls } from '../../../platform/net/tls.ts';
import { type Identity, noOpenssl, TestAuthority } from '../../support/certificates.ts';
import { RawPeer } from './raw-peer.ts';
import { testGateway } from './test-gateway.ts';
import { image } from './test-objects.ts';

const run = promisify(execFile);
const NO_DCMTK =
  spawnSync('storescu', ['--version']).error === undefined ? false : 'SKIPPED: DCMTK is not here';

describe('B5.7 DIMSE over TLS', { skip: noOpenssl }, () => {
  const authority = new TestAuthority();
  after(() => authority.remove());
  const own = authority.issue('gateway');
  const peer = authority.issue('pacs');
  const env = {
    DICOM_TLS: 'true',
    TLS_CERT_FILE: own.cert,
    TLS_KEY_FILE: own.key,
    TLS_CA_FILE: authority.ca,
  };

  const send = async (port: number, client: Identity | null) => {
    const object = image({ pixels: Buffer.alloc(300_000, 1) });
    const files = { tlsCertFile: client?.cert ?? '', tlsKeyFile: client?.key ?? '' };
    const sender = await DimseSender.connect({
      host: '127.0.0.1',
      port,
      callingAeTitle: 'TEST',
      calledAeTitle: 'INTERLEAVE',
      presentationContexts: proposalsFor([object]),
      tls: await clientTls({ ...files, tlsCaFile: authority.ca }),
      timeoutMs: 10_000,
    });
    const { status } = await sender.store(object);
    await sender.release();
    return status;
  };

  it('stores what our own sender sends', async (t) => {
    const gateway = await testGateway(t, { env });
    assert.equal(await send(gateway.port, null), 0);
    assert.equal(gateway.published.length, 1);
  });

  it('asks for a certificate of the authority where the site wants that', async (t) => {
    const gateway = await testGateway(t, { env: { ...env, TLS_CLIENT_CERTIFICATES: 'required' } });
    assert.equal(await send(gateway.port, peer), 0);
    const stranger = new TestAuthority('Another');
    t.after(() => stranger.remove());
    const refused = ['TLS_REFUSED', 'DICOM_PEER_UNREACHABLE']; // the alert may be overtaken by the reset
    for (const identity of [null, stranger.issue('pacs')])
      await assert.rejects(send(gateway.port, identity), (error) => refused.includes(codeOf(error)));
    await until(() => gateway.dropped.length === 2, 5_000);
    assert.deepEqual(gateway.dropped, ['TLS_REFUSED', 'TLS_REFUSED']);
    assert.equal(gateway.published.length, 1);
  });

  it('refuses who does not speak TLS', async (t) => {
    const gateway = await testGateway(t, { env });
    const plain = await RawPeer.connect(gateway.port);
    plain.socket.write(Buffer.from([1, 0, 0, 0, 0, 10, 0, 0, 0, 0]));
    assert.equal(await plain.read(), null);
    await until(() => gateway.dropped.length === 1, 5_000);
    assert.deepEqual(gateway.dropped, ['TLS_REFUSED']);
  });

  it('closes a host that is not listed before its handshake, so that it takes no place of those that are', async (t) => {
    const gateway = await testGateway(t, { env: { ...env, DICOM_PEERS: '192.0.2.1' } });
    const silent = await RawPeer.connect(gateway.port);
    assert.equal(await silent.read(), null);
    assert.deepEqual(gateway.dropped, ['DICOM_PEER_REFUSED']);
  });

  it('stores what DCMTK sends with a certificate', { skip: NO_DCMTK }, async (t) => {
    const gateway = await testGateway(t, { env: { ...env, TLS_CLIENT_CERTIFICATES: 'required' } });
    const object = image();
    const file = join(authority.folder, 'one.dcm');
    await writeFile(file, Buffer.concat([part10Header(object), object.dataSet]));
    const tls = ['+tls', peer.key, peer.cert, '+cf', authority.ca];
    const args = ['-aec', 'INTERLEAVE', ...tls, '127.0.0.1', String(gateway.port), file];
    await run('storescu', args, { env: { ...process.env, TCP_NODELAY: '1' } });
    assert.equal(gateway.published[0]?.sopInstanceUid, object.sopInstanceUid);
  });
});
