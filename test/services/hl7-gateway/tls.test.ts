import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { MllpSender } from '../../../clients/mllp-sender.ts';
import { clientTls, serverTls } from '../../../platform/net/tls.ts';
import { noOpenssl, TestAuthority } from '../../support/certificates.ts';
import { gateway, oru } from './gateway.ts';

const NOTHING = { tlsCertFile: '', tlsKeyFile: '', tlsCaFile: '' };

describe('MLLP over TLS', { skip: noOpenssl }, () => {
  const authority = new TestAuthority();
  const server = authority.issue('gateway');
  const own = authority.issue('sender');
  after(() => authority.remove());

  async function started(tlsClientCertificates: 'none' | 'required') {
    const files = { tlsCertFile: server.cert, tlsKeyFile: server.key, tlsCaFile: authority.ca };
    return gateway({ tls: await serverTls({ ...files, tlsClientCertificates }) });
  }

  const trusting = async (files: Partial<typeof NOTHING> = {}) =>
    clientTls({ ...NOTHING, tlsCaFile: authority.ca, ...files });

  it('messages are answered as without it, pipelined and long ones too', async () => {
    const { port, listener, backends } = await started('none');
    const sender = await MllpSender.connect({
      host: 'localhost',
      port,
      tls: await trusting(),
      maxInFlight: 8,
    });
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => sender.send(oru(`T${n}`, `T${1000 + n}`, 'x'.repeat(n * 2_000)))),
    );
    assert.deepEqual(
      answers.map(({ code, controlId }) => `${code} ${controlId}`),
      Array.from({ length: 20 }, (_, n) => `AA T${n}`),
    );
    assert.equal(backends.reports.length, 20);
    await sender.close();
    await listener.stop();
  });

  it('a sender without a certificate is refused where one is required, and knows why', async () => {
    const { port, listener, metrics, backends } = await started('required');
    const refused = async () => {
      const sender = await MllpSender.connect({ host: '127.0.0.1', port, tls: await trusting() });
      await sender.send(oru('T1'));
    };
    await assert.rejects(refused(), { code: 'TLS_REFUSED' });
    assert.match(
      await metrics.text(),
      /interleave_hl7_connections_refused_total\{code="TLS_REFUSED"[^}]*\} 1/,
    );
    assert.equal(backends.reports.length, 0);
    const tls = await trusting({ tlsCertFile: own.cert, tlsKeyFile: own.key });
    const sender = await MllpSender.connect({ host: '127.0.0.1', port, tls });
    assert.equal((await sender.send(oru('T2'))).code, 'AA');
    await sender.close();
    await listener.stop();
  });

  it('a sender that does not know the authority sends nothing', async () => {
    const { port, listener, backends } = await started('none');
    const stranger = MllpSender.connect({ host: '127.0.0.1', port, tls: await clientTls(NOTHING) });
    await assert.rejects(stranger, { code: 'TLS_REFUSED' });
    assert.equal(backends.objects.size, 0);
    await listener.stop();
  });

  it('a plain sender at a TLS door gets no answer and loses nothing', async () => {
    const { port, listener } = await started('none');
    const plain = await MllpSender.connect({ host: '127.0.0.1', port, timeoutMs: 2_000 });
    await assert.rejects(plain.send(oru('T1')), { code: 'MLLP_NO_ANSWER' });
    await plain.close();
    await listener.stop();
  });
});
