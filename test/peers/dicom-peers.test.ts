/** DCMTK, pynetdicom and dcmjs-dimse store at the gateway and are stored at by our sender, in plain TCP and over TLS. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { it } from 'node:test';
import { DimseSender, proposalsFor } from '../../clients/dimse-sender.ts';
import type { DicomObject } from '../../core/dicom/dicom-object.ts';
import { part10Header, readPart10 } from '../../core/dicom/part10.ts';
import { pythonPath } from '../../harness/peer-folders.ts';
import { PeerProgram, runPeer } from '../../harness/peer-program.ts';
import { tcpReady } from '../../harness/tcp-ready.ts';
import { freePorts } from '../../infra/process/free-port.ts';
import { openObjectStore } from '../../platform/object-store/open.ts';
import { projectRoot } from '../../platform/process/project-root.ts';
import { events } from '../../schemas/events.ts';
import { TOPICS } from '../../schemas/topics.ts';
import { image, newUid } from '../services/dicom-gateway/test-objects.ts';
import type { Identity } from '../support/certificates.ts';
import { receiveWithDcmjsDimse, sendWithDcmjsDimse } from './dcmjs-dimse-peer.ts';
import { describePeers, type NamedPeer, PeerSite } from './peer-site.ts';

const OBJECTS = 5;
/** Without it DCMTK waits 40 ms for each message. */
const DCMTK = { env: { TCP_NODELAY: '1' } };
const python = { env: { PYTHONPATH: pythonPath() ?? '' } };
const script = (name: string) => join(projectRoot(), 'test', 'peers', 'python', name);

interface Receiving {
  /** the data set of each object that came, by SOP Instance UID */
  received(): Promise<Map<string, Buffer>>;
  stop(): Promise<unknown>;
}

/** A sender and a receiver that are not ours; null for plain TCP. Sending resolves to the statuses of the objects. */
interface DicomPeer {
  send(port: number, files: string[], authority: string | null): Promise<string[]>;
  receive(port: number, folder: string, identity: Identity | null): Promise<Receiving>;
}

const dcmtk: DicomPeer = {
  async send(port, files, authority) {
    const secure = authority === null ? [] : ['+tla', '+cf', authority];
    const target = ['-v', '-R', ...secure, '-aet', 'DCMTK', '-aec', 'INTERLEAVE', 'localhost', String(port)];
    const { stderr, stdout } = spawnDcmtk('storescu', [...target, ...files]);
    return [...`${stdout}${stderr}`.matchAll(/Received Store Response \((\w+)/g)].map((match) =>
      match[1] === 'Success' ? '0000' : (match[1] ?? ''),
    );
  },
  async receive(port, folder, identity) {
    const secure = identity === null ? [] : ['+tls', identity.key, identity.cert, '-ic'];
    const args = [...secure, '+B', '-od', folder, String(port)];
    const program = await PeerProgram.start('storescp', args, DCMTK);
    return { received: () => readFolder(folder), stop: () => program.stop() };
  },
};

const pynetdicom: DicomPeer = {
  async send(port, files, authority) {
    const args = [script('dicom_send.py'), String(port), authority ?? '-', ...files];
    const [echo, ...statuses] = await runPeer('python3', args, python);
    assert.equal(echo, '0000');
    return statuses;
  },
  async receive(port, folder, identity) {
    const secure = identity === null ? [] : [identity.cert, identity.key];
    const args = [script('dicom_receive.py'), String(port), folder, ...secure];
    const program = await PeerProgram.start('python3', args, { ...python, ready: 'listening' });
    return { received: () => readFolder(folder), stop: () => program.stop() };
  },
};

const dcmjsDimse: DicomPeer = {
  async send(port, files, authority) {
    const [echo, ...statuses] = await sendWithDcmjsDimse(port, files, authority);
    assert.equal(echo, '0000');
    return statuses;
  },
  async receive(port, _folder, identity) {
    const { received, stop } = receiveWithDcmjsDimse(port, identity);
    return { received: async () => received, stop };
  },
};

const noDcmtk =
  spawnSync('storescu', ['--version']).error === undefined ? false : 'SKIPPED: DCMTK is not installed';
const PEERS: NamedPeer<DicomPeer>[] = [
  ['DCMTK', dcmtk, noDcmtk],
  [
    'pynetdicom',
    pynetdicom,
    pythonPath() === null && 'SKIPPED: pynetdicom could not be got (Python and pip)',
  ],
  ['dcmjs-dimse', dcmjsDimse, false],
];

const site = PeerSite.ofThisFile();

describePeers(PEERS, (peer, secure) => {
  it('stores at the gateway: each object is durable and its event is on Kafka', () =>
    site.withGateway('dicom-gateway', secure, TOPICS.imageReceived, async (gateway, published) => {
      const objects = newObjects();
      const files = await write(objects);
      const statuses = await peer.send(gateway.port, files, site.trusted(secure));
      assert.deepEqual(
        statuses,
        objects.map(() => '0000'),
      );
      const images = (await published()).map(events.imageReceived.decode);
      const store = await openObjectStore(gateway.dataDir);
      for (const { sopInstanceUid } of objects) {
        const event = images.find((one) => one.sopInstanceUid === sopInstanceUid);
        assert.equal(event?.caseKey.value, 'PEER1001');
        assert.ok(await store.has(event?.caseId ?? '', event?.object.sha256 ?? ''));
      }
    }));

  it('is stored at by our sender, byte for byte', async () => {
    const [port = 0] = await freePorts(1);
    const target = await mkdtemp(join(site.folder, 'received-'));
    const receiving = await peer.receive(port, target, site.identity(secure));
    try {
      await tcpReady(port);
      const objects = newObjects();
      const sender = await DimseSender.connect({
        host: '127.0.0.1',
        port,
        tls: await site.clientTls(secure),
        callingAeTitle: 'INTERLEAVE',
        calledAeTitle: 'PEER',
        presentationContexts: proposalsFor(objects),
      });
      assert.deepEqual(await sender.echo(), { status: 0 });
      for (const object of objects) assert.equal((await sender.store(object)).status, 0);
      await sender.release();
      const received = await receiving.received();
      for (const { sopInstanceUid, dataSet } of objects)
        assert.deepEqual(received.get(sopInstanceUid), dataSet);
    } finally {
      await receiving.stop();
    }
  });
});

/** Of several sizes: one fits into a PDU, one takes many. */
function newObjects(): DicomObject[] {
  return Array.from({ length: OBJECTS }, (_, n) =>
    image({ accession: 'PEER1001', sopInstanceUid: newUid(), pixels: Buffer.alloc(32 + n * 200_000, n) }),
  );
}

async function write(objects: readonly DicomObject[]): Promise<string[]> {
  const place = await mkdtemp(join(site.folder, 'sent-'));
  await mkdir(place, { recursive: true });
  return Promise.all(
    objects.map(async (object, n) => {
      const file = join(place, `${n}.dcm`);
      await writeFile(file, Buffer.concat([part10Header(object), object.dataSet]));
      return file;
    }),
  );
}

/** What a receiver wrote: bare data sets, or files with a header; named by SOP Instance UID, with a prefix or not. */
async function readFolder(place: string): Promise<Map<string, Buffer>> {
  const names = await readdir(place);
  const files = names.map(async (name): Promise<[string, Buffer]> => {
    const bytes = await readFile(join(place, name));
    return [name.replace(/^[A-Z]+\./, ''), bytes.subarray(readPart10(bytes)?.dataSetOffset ?? 0)];
  });
  return new Map(await Promise.all(files));
}

function spawnDcmtk(command: string, args: string[]) {
  const env = { ...process.env, ...DCMTK.env };
  return spawnSync(command, args, { env, encoding: 'utf8', timeout: 120_000 });
}
