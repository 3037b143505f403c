/** STOW-RS over TLS: the same files and rules as DIMSE and MLLP. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { after, describe, it } from 'node:test';
import { until } from '../../../../harness/until.ts';
import { MAX_STOW_CONNECTIONS_PER_PEER } from '../../../../services/dicom-gateway/dicomweb/limits.ts';
import { type Identity, noOpenssl, TestAuthority } from '../../../support/certificates.ts';
import { dicomFile } from '../../../support/dicom-files.ts';
import { dicomWebClient } from '../../../support/dicomweb-client.ts';
import { assertTellsFailedHandshake } from '../../../support/tls-refusal.ts';
import { type StowGateway, stowGateway } from './stow-gateway.ts';

describe('STOW-RS over TLS', { skip: noOpenssl }, () => {
  const authority = new TestAuthority();
  after(() => authority.remove());
  const own = authority.issue('gateway');
  const env = {
    STOW_TLS: 'true',
    TLS_CERT_FILE: own.cert,
    TLS_KEY_FILE: own.key,
    TLS_CA_FILE: authority.ca,
  };

  async function send({ url }: StowGateway, client: Identity | null): Promise<string> {
    const pem = (file: string) => readFileSync(file, 'latin1');
    const shown = client === null ? {} : { cert: pem(client.cert), key: pem(client.key) };
    const file = await dicomFile({ study: '2.25.900', series: '2.25.900.1', instance: '2.25.900.1.1' });
    return dicomWebClient(url.replace('/studies', ''), { ca: pem(authority.ca), ...shown }).storeInstances({
      datasets: [new Uint8Array(file).buffer as ArrayBuffer],
    });
  }

  it('stores what dicomweb-client sends', async (t) => {
    const gateway = await stowGateway(t, { env });
    await send(gateway, null);
    assert.equal(gateway.published.length, 1);
    assert.deepEqual(gateway.dropped, []);
  });

  it('asks for a certificate of the authority where the site wants that, and says why it refused one', async (t) => {
    const gateway = await stowGateway(t, { env: { ...env, TLS_CLIENT_CERTIFICATES: 'required' } });
    await send(gateway, authority.issue('viewer'));
    assert.equal(gateway.published.length, 1);
    const stranger = new TestAuthority('Another');
    t.after(() => stranger.remove());
    for (const identity of [null, stranger.issue('viewer'), authority.issue('old', { days: -1 })])
      await assert.rejects(send(gateway, identity));
    await until(() => gateway.dropped.length === 3, 5_000);
    assert.deepEqual(gateway.dropped, [
      'TLS_REFUSED ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE',
      'TLS_REFUSED UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'TLS_REFUSED CERT_HAS_EXPIRED',
    ]);
    assert.equal(gateway.published.length, 1);
  });

  it('says in the log who does not speak TLS', async (t) => {
    await assertTellsFailedHandshake(t, 'dicom-gateway', ({ cert, key }, context) =>
      stowGateway(t, { context, env: { STOW_TLS: 'true', TLS_CERT_FILE: cert, TLS_KEY_FILE: key } }),
    );
  });

  it('a host that only opens connections gets no more than it may have, before any handshake', async (t) => {
    const gateway = await stowGateway(t, { env });
    const silent = Array.from({ length: MAX_STOW_CONNECTIONS_PER_PEER }, () =>
      connect({ host: '127.0.0.1', port: gateway.port }).on('error', () => undefined),
    );
    t.after(() => silent.map((socket) => socket.destroy()));
    await Promise.all(silent.map((socket) => once(socket, 'connect')));
    const more = connect({ host: '127.0.0.1', port: gateway.port });
    more.on('error', () => undefined).resume();
    await once(more, 'close');
    assert.deepEqual(gateway.dropped, ['TOO_MANY_REQUESTS']);
    for (const socket of silent) assert.equal(socket.destroyed, false);
  });

  it('closes a host that is not listed before its handshake', async (t) => {
    const gateway = await stowGateway(t, { env: { ...env, DICOM_PEERS: '192.0.2.1' } });
    const silent = connect({ host: '127.0.0.1', port: gateway.port });
    silent.on('error', () => undefined).resume();
    await once(silent, 'close');
    assert.deepEqual(gateway.dropped, ['DICOM_PEER_REFUSED']);
  });
});
