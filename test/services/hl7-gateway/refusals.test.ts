/** What an operator reads about a sender that is refused: who it was, why, and where its bytes are. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { serverTls } from '../../../platform/net/tls.ts';
import { noOpenssl } from '../../support/certificates.ts';
import { loggedContext } from '../../support/log-lines.ts';
import { assertTellsFailedHandshake } from '../../support/tls-refusal.ts';
import { framed, gateway, oru, RawClient, until } from './gateway.ts';

const REFUSED = { level: 'warn', peer: '127.0.0.1', msg: 'message.refused' };

describe('the log of the HL7 gateway', () => {
  it('names the sender of a message that it refuses, and where its bytes are', async () => {
    const { log, lines } = loggedContext('hl7-gateway');
    const { port, listener, backends } = await gateway({ log });
    const client = await RawClient.open(port);
    const message = Buffer.from(
      'MSH|^~\\&|RIS|CITY|||20260301||ADT^A01|C1|P|2.5.1\rPID|1||P100||Vogel^Anna\r',
    );
    client.write(framed(message));
    assert.deepEqual(await client.read(1), ['AR C1']);
    const [letter] = backends.deadLetters;
    const deadLetter = `unknown/${letter?.object?.sha256}`;
    assert.deepEqual(backends.objects.get(deadLetter), message);
    assert.deepEqual(lines('message.refused'), [
      { ...REFUSED, code: 'HL7_TYPE_UNSUPPORTED', bytes: message.length, deadLetter },
    ]);
    client.socket.destroy();
    await listener.stop();
  });

  it('names no dead letter where there is none', async () => {
    const { log, lines } = loggedContext('hl7-gateway');
    const { port, listener, backends } = await gateway({ log });
    backends.sendError = new Error('away');
    const client = await RawClient.open(port);
    client.write(framed('no message'));
    await until(() => lines('message.refused').length === 1);
    assert.equal('deadLetter' in (lines('message.refused')[0] ?? {}), false);
    client.socket.destroy();
    await listener.stop();
  });

  it('names who is one connection too many', async () => {
    const { log, lines } = loggedContext('hl7-gateway');
    const { port, listener } = await gateway({ log, maxConnectionsPerPeer: 1 });
    const first = await RawClient.open(port);
    first.write(framed(oru('C1')));
    await first.read(1);
    await (await RawClient.open(port)).untilClosed();
    assert.deepEqual(lines('connection.refused'), [
      { level: 'warn', code: 'HL7_CONNECTION_LIMIT', peer: '127.0.0.1', msg: 'connection.refused' },
    ]);
    first.socket.destroy();
    await listener.stop();
  });

  it('says why a TLS handshake failed', { skip: noOpenssl }, async (t) => {
    await assertTellsFailedHandshake(t, 'hl7-gateway', async ({ cert, key }, { log }) => {
      const files = { tlsCertFile: cert, tlsKeyFile: key, tlsCaFile: '' };
      const { port, listener } = await gateway({
        log,
        tls: await serverTls({ ...files, tlsClientCertificates: 'none' }),
      });
      t.after(() => listener.stop());
      return { port };
    });
  });
});
