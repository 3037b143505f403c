import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect as connectTcp, type Server, type Socket } from 'node:net';
import { after, describe, test } from 'node:test';
import { connect, type TLSSocket } from 'node:tls';
import { codeOf } from '../../../core/errors.ts';
import { until } from '../../../harness/until.ts';
import {
  createSocketServer,
  MAX_HANDSHAKES,
  MAX_HANDSHAKES_PER_PEER,
  openSocket,
} from '../../../platform/net/sockets.ts';
import { clientTls, serverTls, type TlsSettings, tlsSettings } from '../../../platform/net/tls.ts';
import { loadConfig } from '../../../platform/process/config.ts';
import { noOpenssl, TestAuthority } from '../../support/certificates.ts';

const NOTHING: TlsSettings = {
  tlsCertFile: '',
  tlsKeyFile: '',
  tlsCaFile: '',
  tlsClientCertificates: 'none',
};

describe('TLS of listeners and senders', { skip: noOpenssl }, () => {
  const authority = new TestAuthority();
  const stranger = new TestAuthority('Another Authority');
  const server = authority.issue('server');
  const client = authority.issue('client');
  const strange = stranger.issue('strange');
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  after(() => {
    for (const one of servers) one.close();
    for (const one of sockets) one.destroy();
    authority.remove();
    stranger.remove();
  });

  const settings = (given: Partial<TlsSettings> = {}): TlsSettings => ({
    ...NOTHING,
    tlsCertFile: server.cert,
    tlsKeyFile: server.key,
    ...given,
  });

  /** Says what it hears in capitals: a line at once, the rest when the peer has finished. */
  async function listen(
    given: TlsSettings | null,
    mayOpen?: (address: string | undefined) => boolean,
  ): Promise<{ port: number; refused: string[]; addresses: Set<string | undefined>; server: Server }> {
    const refused: string[] = [];
    const addresses = new Set<string | undefined>();
    const listening = createSocketServer({
      tls: given && (await serverTls(given)),
      allowHalfOpen: true,
      mayOpen,
      onSocket: (socket) => {
        socket.on('error', () => undefined);
        let said = '';
        socket.on('data', (chunk: Buffer) => {
          said += String(chunk);
          if (said.endsWith('\n')) socket.write(said.toUpperCase());
        });
        socket.on('end', () => socket.end(said.toUpperCase()));
      },
      onRefused: (why, address) => {
        refused.push(why);
        addresses.add(address);
      },
    });
    servers.push(listening);
    listening.on('connection', (socket: Socket) => sockets.add(socket));
    listening.listen(0, '127.0.0.1');
    await once(listening, 'listening');
    const address = listening.address();
    return {
      port: typeof address === 'object' && address !== null ? address.port : 0,
      refused,
      addresses,
      server: listening,
    };
  }

  const open = async (port: number, given: Partial<TlsSettings>): Promise<Socket> => {
    const socket = await openSocket({
      host: '127.0.0.1',
      port,
      tls: await clientTls({ ...NOTHING, ...given }),
      timeoutMs: 4_000,
    });
    sockets.add(socket);
    return socket;
  };

  /** (`once` rejects at an `error` event.) */
  const closed = (socket: Socket) =>
    new Promise<unknown>((resolve) => (socket.closed ? resolve(null) : socket.once('close', resolve)));

  async function say(socket: Socket, words: string): Promise<string> {
    let heard = '';
    socket.on('data', (chunk: Buffer) => {
      heard += String(chunk);
    });
    socket.end(words);
    await closed(socket);
    return heard;
  }

  test('both sides speak, and a peer that has closed its side is still answered', async () => {
    const { port } = await listen(settings());
    assert.equal(await say(await open(port, { tlsCaFile: authority.ca }), 'hello'), 'HELLO');
  });

  test('a sender that does not know the authority refuses the receiver', async () => {
    const { port } = await listen(settings());
    await assert.rejects(open(port, {}), (error) => codeOf(error) === 'TLS_REFUSED');
    await assert.rejects(open(port, { tlsCaFile: stranger.ca }), (error) => codeOf(error) === 'TLS_REFUSED');
  });

  test('a sender refuses a receiver whose certificate names another host', async () => {
    const { port } = await listen(settings());
    const named = openSocket({
      host: 'localhost.localdomain',
      port,
      tls: { ...(await clientTls({ ...NOTHING, tlsCaFile: authority.ca })) },
      timeoutMs: 2_000,
    });
    await assert.rejects(named);
  });

  test('plain bytes at a TLS door are refused and said', async () => {
    const { port, refused } = await listen(settings());
    const socket = await openSocket({ host: '127.0.0.1', port, tls: null, timeoutMs: 2_000 });
    socket.resume();
    socket.write('MSH|^~\\&|no TLS here\r');
    await closed(socket);
    assert.equal(refused.length, 1);
    assert.match(refused[0] ?? '', /^ERR_SSL_/);
  });

  const required = () => settings({ tlsCaFile: authority.ca, tlsClientCertificates: 'required' });

  test('where client certificates are required, one of the authority is let in', async () => {
    const { port } = await listen(required());
    const own = { tlsCaFile: authority.ca, tlsCertFile: client.cert, tlsKeyFile: client.key };
    assert.equal(await say(await open(port, own), 'node'), 'NODE');
  });

  for (const [who, own, why] of [
    ['nobody', {}, 'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE'],
    [
      'a certificate of another authority',
      { tlsCertFile: strange.cert, tlsKeyFile: strange.key },
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    ],
  ] as const)
    test(`where client certificates are required, ${who} is not, and that is said (${why})`, async () => {
      const { port, refused, addresses } = await listen(required());
      const socket = await open(port, { tlsCaFile: authority.ca, ...own });
      socket.resume();
      socket.write('hello');
      await closed(socket);
      await until(() => refused.length > 0);
      assert.deepEqual([refused, [...addresses]], [[why], ['127.0.0.1']]);
    });

  test('a certificate that has expired is told from one of another authority', async () => {
    const old = authority.issue('old', { days: -1 });
    const { port, refused, addresses } = await listen(required());
    const [cert, key, ca] = await Promise.all(
      [old.cert, old.key, authority.ca].map((file) => readFile(file)),
    );
    connect({ host: '127.0.0.1', port, ca, cert, key })
      .on('error', () => undefined)
      .resume();
    await until(() => refused.length > 0);
    assert.deepEqual([refused, [...addresses]], [['CERT_HAS_EXPIRED'], ['127.0.0.1']]);
  });

  test('a peer that does not believe our certificate is told from one whose certificate we do not believe', async () => {
    const { port, refused, addresses } = await listen(required());
    connect({ host: '127.0.0.1', port })
      .on('error', () => undefined)
      .resume();
    await until(() => refused.length === 1);
    const args = [
      's_client',
      '-connect',
      `127.0.0.1:${port}`,
      '-CAfile',
      stranger.ca,
      '-verify_return_error',
    ];
    await once(spawn('openssl', args, { stdio: 'ignore' }), 'close');
    await until(() => refused.length === 2);
    assert.equal(refused[0], 'ECONNRESET');
    assert.match(refused[1] ?? '', /^ERR_SSL_.*ALERT_UNKNOWN_CA$/);
    assert.deepEqual([...addresses], ['127.0.0.1']);
  });

  test('TLS 1.1 and ciphers without forward secrecy are refused', async () => {
    const { port, refused } = await listen(settings());
    for (const old of [
      { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' },
      { maxVersion: 'TLSv1.2', ciphers: 'AES128-SHA:AES256-GCM-SHA384' },
    ] as const) {
      const socket: TLSSocket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...old });
      const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
      assert.match(error.code ?? '', /ERR_SSL_|EPROTO/);
    }
    assert.equal(refused.length, 2);
  });

  test('TLS 1.2 and TLS 1.3 are spoken', async () => {
    const { port } = await listen(settings());
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const options = { minVersion: version, maxVersion: version, rejectUnauthorized: false } as const;
      const socket = connect({ host: '127.0.0.1', port, ...options });
      await once(socket, 'secureConnect');
      assert.equal(socket.getProtocol(), version);
      socket.destroy();
    }
  });

  /** Opens connections that say nothing, from an address of this machine. */
  const silent = async (port: number, count: number, localAddress: string): Promise<Socket[]> => {
    const opened = Array.from({ length: count }, () =>
      connectTcp({ host: '127.0.0.1', port, localAddress })
        .on('error', () => undefined)
        .resume(),
    );
    for (const one of opened) sockets.add(one);
    await Promise.all(opened.map((one) => (one.connecting ? once(one, 'connect') : null)));
    return opened;
  };

  test(`of more than ${MAX_HANDSHAKES_PER_PEER} connections of a peer that never finish their handshake the rest is closed at once, and others are let in`, async () => {
    const { port, refused } = await listen(settings());
    const held = await silent(port, 200, '127.0.0.2');
    await until(() => refused.length === 200 - MAX_HANDSHAKES_PER_PEER);
    assert.deepEqual([...new Set(refused)], ['TOO_MANY_HANDSHAKES']);
    assert.equal(await say(await open(port, { tlsCaFile: authority.ca }), 'in'), 'IN');
    for (const socket of held) socket.destroy();
    await until(() => refused.length === 200);
    // All its places are free again, and no more than they.
    await silent(port, MAX_HANDSHAKES_PER_PEER + 1, '127.0.0.2');
    await until(() => refused.length > 200);
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(refused.length, 201);
  });

  test(`${MAX_HANDSHAKES} handshakes of all peers together`, async () => {
    const { port, refused } = await listen(settings());
    const peers = MAX_HANDSHAKES / MAX_HANDSHAKES_PER_PEER + 1;
    const held: Socket[] = [];
    for (let peer = 0; peer < peers; peer += 1)
      held.push(...(await silent(port, MAX_HANDSHAKES_PER_PEER, `127.0.0.${10 + peer}`)));
    await until(() => refused.length === MAX_HANDSHAKES_PER_PEER);
    for (const socket of held) socket.destroy();
    await until(() => refused.length === held.length);
    assert.equal(await say(await open(port, { tlsCaFile: authority.ca }), 'in'), 'IN');
  });

  test('the place of a handshake is given back when it is done, however it ended', async () => {
    const { port, refused } = await listen(required());
    const own = { tlsCaFile: authority.ca, tlsCertFile: client.cert, tlsKeyFile: client.key };
    for (let n = 0; n <= MAX_HANDSHAKES_PER_PEER; n += 1) {
      const wrong = await open(port, { tlsCaFile: authority.ca });
      wrong.resume();
      await closed(wrong);
      await open(port, own); // and stays
    }
    await until(() => refused.length === MAX_HANDSHAKES_PER_PEER + 1);
    assert.ok(!refused.includes('TOO_MANY_HANDSHAKES'));
    assert.equal(await say(await open(port, own), 'in'), 'IN');
  });

  for (const tls of [true, false])
    test(`a peer that may not open a connection is closed ${tls ? 'before its handshake' : 'without TLS, too'}`, async () => {
      const asked: (string | undefined)[] = [];
      const mayOpen = (address: string | undefined) => asked.push(address) === 0;
      const { port, refused } = await listen(tls ? settings() : null, mayOpen);
      const [socket] = await silent(port, 1, '127.0.0.2');
      assert.ok(socket);
      await closed(socket);
      assert.deepEqual([asked, refused], [['127.0.0.2'], []]);
    });

  test('every mistake of the configuration is named with its variable', async () => {
    const none = authority.write('none.pem', 'nothing');
    const expired = authority.issue('expired', { days: -1 });
    const broken = authority.write(
      'broken.pem',
      '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
    );
    const encrypted = authority.write('locked.key', '-----BEGIN ENCRYPTED PRIVATE KEY-----\n');
    const cases: [TlsSettings, RegExp][] = [
      [NOTHING, /INTERLEAVE_TLS_CERT_FILE is needed for TLS/],
      [settings({ tlsKeyFile: '' }), /INTERLEAVE_TLS_KEY_FILE is needed beside the certificate/],
      [settings({ tlsCertFile: '/nowhere.pem' }), /INTERLEAVE_TLS_CERT_FILE cannot be read \(ENOENT\)/],
      [settings({ tlsCertFile: none }), /INTERLEAVE_TLS_CERT_FILE holds no PEM certificate/],
      [settings({ tlsCertFile: broken }), /INTERLEAVE_TLS_CERT_FILE holds a certificate that cannot be read/],
      [settings({ tlsKeyFile: none }), /INTERLEAVE_TLS_KEY_FILE holds no PEM private key/],
      [settings({ tlsKeyFile: encrypted }), /INTERLEAVE_TLS_KEY_FILE is encrypted/],
      [settings({ tlsKeyFile: client.key }), /INTERLEAVE_TLS_KEY_FILE does not belong to the certificate/],
      [
        settings({ tlsCertFile: expired.cert, tlsKeyFile: expired.key }),
        /INTERLEAVE_TLS_CERT_FILE has expired/,
      ],
      [
        settings({ tlsClientCertificates: 'required' }),
        /INTERLEAVE_TLS_CA_FILE is needed where client certificates are required/,
      ],
      [settings({ tlsCaFile: none }), /INTERLEAVE_TLS_CA_FILE holds no PEM certificate/],
    ];
    for (const [given, message] of cases)
      await assert.rejects(serverTls(given), (error) => {
        assert.equal(codeOf(error), 'CONFIG_INVALID');
        assert.match(String(error), message);
        return true;
      });
    await assert.rejects(
      clientTls({ ...NOTHING, tlsKeyFile: client.key }),
      /INTERLEAVE_TLS_CERT_FILE is needed beside the key/,
    );
  });

  test('the settings come from the environment', () => {
    const read = loadConfig(tlsSettings, { INTERLEAVE_TLS_CLIENT_CERTIFICATES: 'required' });
    assert.equal(read.tlsClientCertificates, 'required');
    assert.throws(() => loadConfig(tlsSettings, { INTERLEAVE_TLS_CLIENT_CERTIFICATES: 'perhaps' }));
  });

  test('the openssl client is let in', async () => {
    const { port } = await listen(required());
    const args = [
      's_client',
      '-connect',
      `127.0.0.1:${port}`,
      '-CAfile',
      authority.ca,
      '-verify_return_error',
    ];
    const child = spawn('openssl', [...args, '-cert', client.cert, '-key', client.key, '-quiet']);
    child.stdin.write('hello\n');
    const [heard] = (await once(child.stdout, 'data')) as [Buffer];
    child.kill();
    assert.equal(String(heard), 'HELLO\n');
  });
});
