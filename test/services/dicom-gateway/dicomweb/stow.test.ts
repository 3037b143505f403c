import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, it } from 'node:test';
import { part10Header } from '../../../../core/dicom/part10.ts';
import type { JsonDataSet } from '../../../../core/dicomweb/json-model.ts';
import { InterleaveError } from '../../../../core/errors.ts';
import { until } from '../../../../harness/until.ts';
import {
  MAX_FILE_META,
  MAX_STOW_CONNECTIONS_PER_PEER,
  MAX_STOW_PARTS,
  MAX_STOW_REQUESTS_PER_PEER,
} from '../../../../services/dicom-gateway/dicomweb/limits.ts';
import { dicomFile, type FileOptions } from '../../../support/dicom-files.ts';
import { dicomWebClient } from '../../../support/dicomweb-client.ts';
import { image } from '../test-objects.ts';
import { BOUNDARY, MULTIPART, message, type StowGateway, stowGateway } from './stow-gateway.ts';

const STUDY = '2.25.500';
const file = (instance: string, more: Partial<FileOptions> = {}) =>
  dicomFile({ study: STUDY, series: `${STUDY}.1`, instance: `${STUDY}.1.${instance}`, ...more });

async function post(
  { url }: Pick<StowGateway, 'url'>,
  body: Buffer,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: JsonDataSet }> {
  const response = await fetch(url, {
    method: 'POST',
    body: new Uint8Array(body),
    headers: { 'content-type': MULTIPART, ...headers },
  });
  return { status: response.status, body: (await response.json()) as JsonDataSet };
}

/** SOP Instance UIDs and failure reasons of a sequence. */
function sequence(body: JsonDataSet, tag: string): unknown[] {
  return (body[tag]?.Value ?? []).map((item) => {
    const one = item as JsonDataSet;
    return [one['00081155']?.Value?.[0], one['00081197']?.Value?.[0]];
  });
}

const STORED = '00081199';
const FAILED = '00081198';
const OTHERS = '0008119A';

describe('STOW-RS', () => {
  it('stores what dicomweb-client sends, byte for byte, before it answers', async (t) => {
    const gateway = await stowGateway(t, { env: { DICOMWEB_URL: 'http://archive.example/dicom-web/' } });
    const files = [await file('1'), await file('2')];
    const client = dicomWebClient(gateway.url.replace('/studies', ''));
    await client.storeInstances({
      datasets: files.map((bytes) => new Uint8Array(bytes).buffer as ArrayBuffer),
    });
    assert.equal(gateway.published.length, 2);
    for (const [position, event] of gateway.published.entries()) {
      assert.equal(event.callingAeTitle, 'STOW');
      assert.equal(event.studyInstanceUid, STUDY);
      assert.ok(
        (await gateway.store.read(event.caseId, event.object.sha256)).equals(
          files[position] ?? files[0] ?? Buffer.alloc(0),
        ),
      );
    }
    assert.deepEqual(gateway.problems, [null]);
  });

  it('says of each object what became of it', async (t) => {
    const gateway = await stowGateway(t, { env: { DICOMWEB_URL: 'http://archive.example/dicom-web' } });
    const broken = Buffer.concat([
      part10Header({ ...image(), sopInstanceUid: '2.25.1', transferSyntaxUid: '1.2.840.10008.1.2.1' }),
      Buffer.from('no data set at all'),
    ]);
    const strange = await file('9', { sopClass: '1.2.3.4' });
    const { status, body } = await post(
      gateway,
      message([await file('1'), broken, strange, Buffer.from('x')]),
    );
    assert.equal(status, 202);
    assert.deepEqual(body['00081190'], {
      vr: 'UR',
      Value: [`http://archive.example/dicom-web/studies/${STUDY}`],
    });
    assert.deepEqual(sequence(body, STORED), [[`${STUDY}.1.1`, undefined]]);
    assert.deepEqual(sequence(body, FAILED), [
      ['2.25.1', 0xc000],
      [`${STUDY}.1.9`, 0x0122],
    ]);
    assert.deepEqual(sequence(body, OTHERS), [[undefined, 0xc000]]);
    assert.deepEqual(
      gateway.deadLetters.map(({ code, object }) => [code, object !== null]),
      [
        ['DICOM_DATA_SET_UNREADABLE', true],
        ['DICOM_DATA_SET_UNREADABLE', true],
      ],
    );
  });

  it('refuses transfer syntaxes that nobody knows, as C-STORE would not have agreed to them', async (t) => {
    const gateway = await stowGateway(t);
    const header = part10Header({ ...image(), transferSyntaxUid: '1.2.3' });
    const { status, body } = await post(gateway, message([Buffer.concat([header, Buffer.alloc(500)])]));
    assert.equal(status, 409);
    assert.equal((sequence(body, FAILED)[0] as unknown[])[1], 0xc122);
  });

  it('refuses classes of objects, and hosts, that the site does not take', async (t) => {
    const gateway = await stowGateway(t, { env: { DICOM_REFUSED_OBJECTS: 'DOSE_REPORT' } });
    const dose = await file('1', { sopClass: '1.2.840.10008.5.1.4.1.1.88.67' });
    const { status, body } = await post(gateway, message([dose]));
    assert.equal(status, 409);
    assert.deepEqual(sequence(body, FAILED), [[`${STUDY}.1.1`, 0x0122]]);
    assert.deepEqual(
      gateway.outcomes.map(({ answer, from }) => [answer.code, from]),
      [['DICOM_SOP_CLASS_UNSUPPORTED', { peer: '127.0.0.1', callingAeTitle: 'STOW' }]],
    );
    const elsewhere = await stowGateway(t, { env: { DICOM_PEERS: '192.0.2.1' } });
    await assert.rejects(post(elsewhere, message([dose])));
  });

  it('stores into a study only what belongs to it', async (t) => {
    const gateway = await stowGateway(t);
    const into = (study: string) => post({ url: `${gateway.url}/${study}` }, message([file1]));
    const file1 = await file('1');
    assert.equal((await into(STUDY)).status, 200);
    const { status, body } = await into('2.25.501');
    assert.equal(status, 409);
    assert.deepEqual(sequence(body, FAILED), [[`${STUDY}.1.1`, 0xa900]]);
    assert.equal((await into('2.25.01')).status, 400);
  });

  it('answers 503 while Kafka is away, and keeps nothing half written', async (t) => {
    const gateway = await stowGateway(t, {
      publish: async () => {
        throw new InterleaveError('KAFKA_UNAVAILABLE');
      },
    });
    const { status, body } = await post(gateway, message([await file('1')]));
    assert.equal(status, 503);
    assert.deepEqual(sequence(body, FAILED), [[`${STUDY}.1.1`, 0xa700]]);
    assert.deepEqual(await gateway.incoming(), []);
  });

  it('takes any chunking of the body', async (t) => {
    const gateway = await stowGateway(t);
    const body = message([await file('1'), await file('2')]);
    const socket = connect(gateway.port, '127.0.0.1');
    socket.write(
      `POST /dicom-web/studies HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${MULTIPART}\r\nContent-Length: ${body.length}\r\n\r\n`,
    );
    for (let at = 0; at < body.length; at += 7) {
      socket.write(body.subarray(at, at + 7));
      if (at % 70 === 0) await new Promise(setImmediate);
    }
    const [answer] = (await once(socket, 'data')) as [Buffer];
    assert.match(answer.toString(), /^HTTP\/1\.1 200 /);
    assert.equal(gateway.published.length, 2);
    socket.destroy();
  });

  it('refuses what it cannot take, before a byte of the body', async (t) => {
    const gateway = await stowGateway(t, { env: { STOW_MAX_MIB: '1' } });
    const body = message([await file('1')]);
    const refused: [number, Record<string, string>][] = [
      [415, { 'content-type': 'application/dicom' }],
      [415, { 'content-type': 'multipart/related; type="application/dicom+json"; boundary=x' }],
      [415, { 'content-encoding': 'gzip' }],
      [400, { 'content-type': 'multipart/related; type="application/dicom"' }],
      [406, { accept: 'application/dicom+xml' }],
      [403, { origin: 'http://evil.example' }],
    ];
    for (const [status, headers] of refused)
      assert.equal((await post(gateway, body, headers)).status, status);
    assert.equal((await fetch(gateway.url)).status, 405);
    assert.equal((await fetch(gateway.url.replace('studies', 'other'), { method: 'POST' })).status, 404);
    assert.equal((await post(gateway, Buffer.alloc(1024 * 1024 + 1))).status, 413);
    assert.equal(gateway.published.length, 0);
  });

  it('refuses objects that are too large, and parts of another type', async (t) => {
    const gateway = await stowGateway(t, { maxDataSetLength: 2_000 });
    const large = await file('1', { more: [[0x00420011, 'OB', Buffer.alloc(3_000)]] });
    assert.equal((await post(gateway, message([large]))).status, 413);
    assert.equal((await post(gateway, message([await file('1')], 'application/pdf'))).status, 415);
    const endless = await file('1', { more: [[0x00420011, 'OB', Buffer.alloc(20_000)]] });
    assert.equal((await post(gateway, message([endless]))).status, 413);
    assert.deepEqual(await gateway.incoming(), []);
  });

  it('takes no more parts than it can answer for, and no meta information without end', async (t) => {
    const gateway = await stowGateway(t);
    const parts = Array.from({ length: MAX_STOW_PARTS + 1 }, () => Buffer.alloc(0));
    assert.equal((await post(gateway, message(parts, 'application/pdf'))).status, 415);
    assert.deepEqual(gateway.problems, ['REQUEST_TOO_LARGE']);
    const [header] = [part10Header({ ...image(), transferSyntaxUid: '1.2.840.10008.1.2.1' })];
    header.writeUInt32LE(0xffffffff, 140);
    const { status, body } = await post(
      gateway,
      message([Buffer.concat([header, Buffer.alloc(2 * MAX_FILE_META)])]),
    );
    assert.equal(status, 409);
    assert.equal((sequence(body, FAILED)[0] as unknown[])[1], 0xc000);
  });

  it('says 202 where a message breaks off after what is stored, 400 where nothing is', async (t) => {
    const gateway = await stowGateway(t);
    const whole = message([await file('1'), await file('2')]);
    const { status, body } = await post(gateway, whole.subarray(0, whole.length - 100));
    assert.equal(status, 202);
    assert.deepEqual(sequence(body, STORED), [[`${STUDY}.1.1`, undefined]]);
    assert.equal((await post(gateway, Buffer.from(`--${BOUNDARY}--`))).status, 400);
    assert.equal((await post(gateway, Buffer.from('nothing of a message'))).status, 400);
    assert.deepEqual(await gateway.incoming(), []);
  });

  it('ends a sender that stops in the middle, and one that leaves', async (t) => {
    const gateway = await stowGateway(t, { env: { STOW_IDLE_MS: '200' } });
    const start = `POST /dicom-web/studies HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${MULTIPART}\r\nContent-Length: 99999\r\n\r\n`;
    const body = message([await file('1')]).subarray(0, 600);
    const slow = connect(gateway.port, '127.0.0.1');
    slow.write(start);
    slow.write(body);
    const [answer] = (await once(slow, 'data')) as [Buffer];
    assert.match(answer.toString(), /^HTTP\/1\.1 408 /);
    const leaving = connect(gateway.port, '127.0.0.1');
    leaving.write(start);
    leaving.write(body, () => leaving.destroy());
    await until(async () => gateway.problems.length === 2 && (await gateway.incoming()).length === 0);
    assert.deepEqual(gateway.problems, ['DICOM_TIMEOUT', 'MULTIPART_INVALID']);
  });

  it('has room for so many at once from one host', async (t) => {
    const gateway = await stowGateway(t);
    const start = `POST /dicom-web/studies HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${MULTIPART}\r\nContent-Length: 99\r\nExpect: 100-continue\r\n\r\n`;
    const sockets = Array.from({ length: MAX_STOW_REQUESTS_PER_PEER }, () =>
      connect(gateway.port, '127.0.0.1'),
    );
    for (const socket of sockets) {
      socket.write(start);
      const [answer] = (await once(socket, 'data')) as [Buffer];
      assert.match(answer.toString(), /100 Continue/);
    }
    assert.equal((await post(gateway, message([await file('1')]))).status, 503);
    for (const socket of sockets) socket.destroy();
    await until(() => gateway.problems.length === MAX_STOW_REQUESTS_PER_PEER + 1);
    assert.equal((await post(gateway, message([await file('1')]))).status, 200);
  });

  it('has so many connections of one host, and takes the next when one has gone', async (t) => {
    const gateway = await stowGateway(t);
    const open = Array.from({ length: MAX_STOW_CONNECTIONS_PER_PEER }, () =>
      connect(gateway.port, '127.0.0.1'),
    );
    await Promise.all(open.map((socket) => once(socket, 'connect')));
    const further = connect(gateway.port, '127.0.0.1').on('error', () => undefined);
    await new Promise((resolve) => further.once('close', resolve));
    assert.ok(open.every((socket) => !socket.destroyed));
    for (const socket of open) socket.destroy();
    const body = message([await file('1')]);
    await until(async () => (await post(gateway, body).catch(() => null))?.status === 200);
  });

  it('leaves a sender that reads no answers', { timeout: 60_000 }, async (t) => {
    const gateway = await stowGateway(t, { env: { STOW_IDLE_MS: '300' } });
    const parts = Array.from({ length: MAX_STOW_PARTS }, () => Buffer.alloc(0));
    const body = message(parts, 'x/y');
    const head = `POST /dicom-web/studies HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${MULTIPART}\r\nContent-Length: ${body.length}\r\n\r\n`;
    const socket = connect(gateway.port, '127.0.0.1').on('error', () => undefined);
    socket.pause();
    // More answers than the buffers of two sockets have room for.
    for (let i = 0; i < 60; i++) {
      socket.write(head);
      socket.write(body);
    }
    await new Promise((resolve) => socket.once('close', resolve));
    assert.ok(gateway.problems.length < 60);
  });
});
