/** Real peers on real sockets: DCMTK and dcmjs-dimse speak to the gateway, which writes to a real Kafka. */
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import dcmjsDimse from 'dcmjs-dimse';
import { type DicomObject, dicomObjectOf } from '../../../core/dicom/dicom-object.ts';
import { part10Header } from '../../../core/dicom/part10.ts';
import { TRANSFER_SYNTAX } from '../../../core/dicom/uids.ts';
import type { ImageReceived } from '../../../core/radiology/events.ts';
import { missing, sharedData } from '../../../harness/shared-data.ts';
import { parseCsv } from '../../support/csv.ts';
import { engines } from '../../support/engines.ts';
import { type RunningGateway, readEvents, runningGateway } from './running-gateway.ts';
import { connect } from './test-gateway.ts';
import { image } from './test-objects.ts';

const run = promisify(execFile);
const NO_DCMTK =
  spawnSync('storescu', ['--version']).error === undefined ? false : 'SKIPPED: DCMTK is not here';
/** Without it DCMTK waits 40 ms for each message (Nagle's algorithm and delayed acknowledgements). */
const DCMTK_ENV = { ...process.env, TCP_NODELAY: '1' };

let gateway: RunningGateway;
let folder: string;
const stops: (() => Promise<void>)[] = [];

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interleave-dicom-files-'));
  const { kafkaBrokers } = await engines();
  const context = { after: (stop: unknown) => stops.push(stop as () => Promise<void>) };
  gateway = await runningGateway(context as never, kafkaBrokers);
});

after(async () => {
  for (const stop of stops) await stop();
  await rm(folder, { recursive: true, force: true });
});

describe('DCMTK', { skip: NO_DCMTK }, () => {
  const target = () => ['-aet', 'DCMTK', '-aec', 'INTERLEAVE', '127.0.0.1', String(gateway.port)];

  it('echoscu is answered', async () => {
    await run('echoscu', target(), { env: DCMTK_ENV });
  });

  it('echoscu with 128 presentation contexts is answered', async () => {
    await run('echoscu', ['-ppc', '128', ...target()], { env: DCMTK_ENV });
  });

  it('storescu is acknowledged, and the stored file is read by dcmdump', async () => {
    const object = image({ pixels: Buffer.alloc(400_000, 3) });
    const file = join(folder, 'one.dcm');
    await writeFile(file, Buffer.concat([part10Header(object), object.dataSet]));
    await storescu('-pdu', '131072', ...target(), file);
    const event = await eventOf(object);
    assert.equal(event.callingAeTitle, 'DCMTK');
    const stored = join(folder, 'stored.dcm');
    await writeFile(stored, await gateway.store.read(event.caseId, event.object.sha256));
    const { stdout } = await run('dcmdump', ['+P', 'SOPInstanceUID', '+P', 'PixelData', stored]);
    assert.match(stdout, new RegExp(object.sopInstanceUid.replaceAll('.', '\\.')));
    assert.match(stdout, /400000, 1 PixelData/);
  });

  const skip = missing('dicom', 'manifest.csv');
  /** how storescu is told to propose a transfer syntax, by the syntax */
  const proposals: [option: string, transferSyntaxUid: string][] = [
    ['-xi', '1.2.840.10008.1.2'],
    ['-xe', '1.2.840.10008.1.2.1'],
    ['-xd', '1.2.840.10008.1.2.1.99'],
    ['-xb', '1.2.840.10008.1.2.2'],
    ['-xy', '1.2.840.10008.1.2.4.50'],
    ['-xx', '1.2.840.10008.1.2.4.51'],
    ['-xs', '1.2.840.10008.1.2.4.70'],
    ['-xt', '1.2.840.10008.1.2.4.80'],
    ['-xu', '1.2.840.10008.1.2.4.81'],
    ['-xv', '1.2.840.10008.1.2.4.90'],
    ['-xw', '1.2.840.10008.1.2.4.91'],
    ['-xr', '1.2.840.10008.1.2.5'],
  ];
  it('storescu sends a real file in each of twelve transfer syntaxes', { skip }, async () => {
    const sent: string[] = [];
    for (const [option, transferSyntaxUid] of proposals) {
      const path = await someFile(transferSyntaxUid);
      await storescu('-R', option, ...target(), path);
      sent.push(`${dicomObjectOf(await readFile(path)).sopInstanceUid} ${transferSyntaxUid}`);
    }
    const key = (event: ImageReceived) => `${event.sopInstanceUid} ${event.transferSyntaxUid}`;
    await readEvents(gateway, (found) => sent.every((one) => found.some((event) => key(event) === one)));
  });
});

describe('dcmjs-dimse', () => {
  it('echoes and stores', async () => {
    const object = image();
    const file = join(folder, 'dcmjs.dcm');
    await writeFile(file, Buffer.concat([part10Header(object), object.dataSet]));
    dcmjsDimse.log.setLevel('error');
    const client = new dcmjsDimse.Client();
    const statuses: number[] = [];
    const { CEchoRequest, CStoreRequest } = dcmjsDimse.requests;
    for (const request of [new CEchoRequest(), new CStoreRequest(file)]) {
      request.on('response', (response: { getStatus(): number }) => statuses.push(response.getStatus()));
      client.addRequest(request);
    }
    client.send('127.0.0.1', gateway.port, 'DCMJS', 'INTERLEAVE');
    await once(client, 'closed');
    assert.deepEqual(statuses, [0, 0]);
    const event = await eventOf(object);
    assert.equal(event.callingAeTitle, 'DCMJS');
    assert.equal(event.transferSyntaxUid, TRANSFER_SYNTAX.EXPLICIT_LITTLE);
  });
});

describe('our own sender', () => {
  it('gets 0000, and the object and its event are there', async () => {
    const object = image({ accession: 'SENDER-1', modality: 'CR' });
    const sender = await connect(gateway.port, object);
    assert.deepEqual(await sender.echo(), { status: 0 });
    assert.deepEqual(await sender.store(object), { status: 0, comment: '' });
    await sender.release();
    const event = await eventOf(object);
    assert.deepEqual({ ...event.caseKey }, { kind: 'ACCESSION', issuer: 'LOCAL', value: 'SENDER-1' });
    assert.equal(event.keyImage, 'SMALL_SERIES');
    assert.ok(await gateway.store.has(event.caseId, event.object.sha256));
  });
});

/**
 * Sends again on A700 (its exit code is the first byte of the status), as senders do: a busy machine may take longer
 * than the gateway waits for Kafka.
 */
async function storescu(...args: string[]): Promise<void> {
  const outOfResources = (error: unknown) => (error as { code?: unknown }).code === 0xa7;
  for (let i = 0; ; i += 1) {
    try {
      await run('storescu', args, { env: DCMTK_ENV });
      return;
    } catch (error) {
      if (i === 10 || !outOfResources(error)) throw error;
    }
  }
}

/** The event of an object that has been sent. */
async function eventOf({ sopInstanceUid }: DicomObject): Promise<ImageReceived> {
  const isIt = (event: ImageReceived) => event.sopInstanceUid === sopInstanceUid;
  const event = (await readEvents(gateway, (found) => found.some(isIt))).find(isIt);
  assert.ok(event !== undefined);
  return event;
}

/** The smallest real file of a transfer syntax. */
async function someFile(transferSyntaxUid: string): Promise<string> {
  const rows = parseCsv(await readFile(sharedData('dicom', 'manifest.csv'), 'utf8'));
  const [smallest] = rows
    .filter(
      (row) =>
        row['transfer_syntax'] === transferSyntaxUid &&
        (row['sop_class'] ?? '').startsWith('1.2.840.10008.5.1.4.1.1.'),
    )
    .sort((a, b) => Number(a['bytes']) - Number(b['bytes']));
  assert.ok(smallest !== undefined, `no file of ${transferSyntaxUid}`);
  return sharedData('dicom', smallest['path'] ?? '');
}
