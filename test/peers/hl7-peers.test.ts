/** HAPI and python hl7 send to the gateway and receive from our sender, in plain TCP and over TLS. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { it } from 'node:test';
import { MllpSender } from '../../clients/mllp-sender.ts';
import { hapiClassPath, pythonPath } from '../../harness/peer-folders.ts';
import { PeerProgram, runPeer } from '../../harness/peer-program.ts';
import { tcpReady } from '../../harness/tcp-ready.ts';
import { until } from '../../harness/until.ts';
import { freePorts } from '../../infra/process/free-port.ts';
import { projectRoot } from '../../platform/process/project-root.ts';
import { events } from '../../schemas/events.ts';
import { TOPICS } from '../../schemas/topics.ts';
import type { Identity } from '../support/certificates.ts';
import { describePeers, type NamedPeer, PeerSite } from './peer-site.ts';

const PASSWORD = 'invented';
const MESSAGES = 20;

/** A sender and a receiver that are not ours; a path is null for plain TCP. */
interface Hl7Peer {
  send(port: number, files: string[], authority: string | null): Promise<string[]>;
  receive(port: number, identity: Identity | null): Promise<PeerProgram>;
}

const hapi: Hl7Peer = {
  send: (port, files, authority) =>
    runPeer('java', [
      ...java(authority, null),
      'HapiSend',
      String(port),
      authority === null ? 'plain' : 'tls',
      ...files,
    ]),
  receive: (port, identity) =>
    PeerProgram.start(
      'java',
      [...java(null, identity), 'HapiReceive', String(port), ...(identity === null ? [] : ['tls'])],
      { ready: 'listening' },
    ),
};

const script = (name: string) => join(projectRoot(), 'test', 'peers', 'python', name);
const python = { env: { PYTHONPATH: pythonPath() ?? '' } };
const pythonHl7: Hl7Peer = {
  send: (port, files, authority) =>
    runPeer('python3', [script('hl7_send.py'), String(port), authority ?? '-', ...files], python),
  receive: (port, identity) =>
    PeerProgram.start(
      'python3',
      [script('hl7_receive.py'), String(port), ...(identity === null ? [] : [identity.cert, identity.key])],
      { ...python, ready: 'listening' },
    ),
};

const PEERS: NamedPeer<Hl7Peer>[] = [
  ['HAPI', hapi, hapiClassPath() === null && 'SKIPPED: HAPI could not be got (Java and Maven)'],
  ['python hl7', pythonHl7, pythonPath() === null && 'SKIPPED: python hl7 could not be got (Python and pip)'],
];

const site = PeerSite.ofThisFile();

describePeers(PEERS, (peer, secure, name) => {
  it('sends: each message is acknowledged and its report is on Kafka', () =>
    site.withGateway('hl7-gateway', secure, TOPICS.reportReceived, async (gateway, published) => {
      const prefix = `${name.slice(0, 2)}${secure ? 'S' : 'P'}`.toUpperCase();
      const files = await messageFiles(prefix);
      const answers = await peer.send(gateway.port, files, site.trusted(secure));
      const ids = Array.from({ length: MESSAGES }, (_, n) => `${prefix}${n}`);
      assert.deepEqual(
        answers,
        ids.map((id) => `AA ${id}`),
      );
      const reports = (await published())
        .map(events.reportReceived.decode)
        .filter((report) => ids.includes(report.message.controlId));
      for (const id of ids) {
        const report = reports.find((one) => one.message.controlId === id);
        assert.equal(report?.caseKey.value, `A1000${id}`);
        // Escapes, line breaks and letters outside of ASCII come through the peer and us.
        assert.equal(report?.parts[0]?.text, 'Chest PA & lateral.\nPneumothorax < 1 cm, größer als zuvor.');
      }
    }));

  it('receives: our sender gets its acknowledgements in order', async () => {
    const [port = 0] = await freePorts(1);
    const program = await peer.receive(port, site.identity(secure));
    await tcpReady(port); // HAPI says that it listens a little before it does
    const tls = await site.clientTls(secure);
    try {
      const sender = await MllpSender.connect({ host: '127.0.0.1', port, tls, timeoutMs: 30_000 });
      for (let n = 0; n < MESSAGES; n++) {
        const answer = await sender.send(message(`R${n}`));
        assert.deepEqual([answer.code, answer.controlId], ['AA', `R${n}`]);
      }
      await sender.close();
      const received = () => program.said.filter((line) => /^R\d+$/.test(line));
      await until(() => received().length === MESSAGES);
      assert.deepEqual(
        received(),
        Array.from({ length: MESSAGES }, (_, n) => `R${n}`),
      );
    } finally {
      await program.stop();
    }
  });
});

function message(id: string): Buffer {
  const text = 'Chest PA \\T\\ lateral.\\.br\\Pneumothorax < 1 cm, größer als zuvor.';
  return Buffer.from(
    [
      `MSH|^~\\&|RIS|PEER|INTERLEAVE|LAB|20260301101500||ORU^R01^ORU_R01|${id}|P|2.5.1||||||UNICODE UTF-8`,
      'PID|1||P100^^^PEER^MR||Vogel^Anna||19700102|F',
      `OBR|1||F${id}|71046^Chest|||20260301090000|||||||||||A1000${id}||||20260301101000||DX|F`,
      `OBX|1|TX|&IMP||${text}||||||F`,
      '',
    ].join('\r'),
  );
}

function messageFiles(prefix: string): Promise<string[]> {
  return Promise.all(
    Array.from({ length: MESSAGES }, async (_, n) => {
      const file = join(site.folder, `${prefix}${n}.hl7`);
      await writeFile(file, message(`${prefix}${n}`));
      return file;
    }),
  );
}

let stores = 0;

/** Java takes certificates from PKCS #12 stores only. */
function java(trusted: string | null, identity: Identity | null): string[] {
  const options: string[] = [];
  if (trusted !== null) {
    const store = join(site.folder, `trust${stores++}.p12`);
    const target = ['-keystore', store, '-storetype', 'PKCS12', '-storepass', PASSWORD];
    execFileSync('keytool', ['-importcert', '-noprompt', '-alias', 'ca', '-file', trusted, ...target], {
      stdio: 'ignore',
    });
    options.push(...storeOptions('trustStore', store));
  }
  if (identity !== null) {
    const store = join(site.folder, `key${stores++}.p12`);
    const source = ['-in', identity.cert, '-inkey', identity.key];
    execFileSync('openssl', ['pkcs12', '-export', ...source, '-out', store, '-passout', `pass:${PASSWORD}`]);
    options.push(...storeOptions('keyStore', store));
  }
  return [...options, '-Xmx256m', '-cp', hapiClassPath() ?? ''];
}

function storeOptions(kind: 'trustStore' | 'keyStore', store: string): string[] {
  const setting = `-Djavax.net.ssl.${kind}`;
  return [`${setting}=${store}`, `${setting}Type=PKCS12`, `${setting}Password=${PASSWORD}`];
}
