/** `interleave send dicom` against the gateway's listener. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { filesOf } from '../../cli/send/files.ts';
import { sendDicom } from '../../cli/send/send-dicom.ts';
import type { DicomObject } from '../../core/dicom/dicom-object.ts';
import { part10Header } from '../../core/dicom/part10.ts';
import { testGateway } from '../services/dicom-gateway/test-gateway.ts';
import { image } from '../services/dicom-gateway/test-objects.ts';
import { noOpenssl, TestAuthority } from '../support/certificates.ts';
import { runCli } from '../support/cli.ts';

async function folderOf(t: TestContext, objects: readonly DicomObject[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'interleave-send-dicom-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  for (const [n, object] of objects.entries())
    await writeFile(join(folder, `${100 + n}.dcm`), Buffer.concat([part10Header(object), object.dataSet]));
  return folder;
}

test('send dicom stores every file, over several associations, and names what is no DICOM file', async (t) => {
  const objects = Array.from({ length: 40 }, () => image());
  const gateway = await testGateway(t, { sync: false });
  const folder = await folderOf(t, objects);
  await writeFile(join(folder, 'notes.txt'), 'no DICOM');
  const { code, stdout } = await runCli([
    'send',
    'dicom',
    folder,
    '--to',
    `127.0.0.1:${gateway.port}`,
    '--json',
  ]);
  const { sent, accepted, refused } = JSON.parse(stdout);
  const item = join(folder, 'notes.txt');
  assert.deepEqual(
    { code, sent, accepted, refused },
    { code: 1, sent: 41, accepted: 40, refused: [{ item, code: 'DICOM_DATA_SET_UNREADABLE' }] },
  );
  assert.deepEqual(
    gateway.published.map((event) => event.sopInstanceUid),
    objects.map((object) => object.sopInstanceUid),
  );
});

test('send dicom shows the code that the gateway gives beside the status', async (t) => {
  const gateway = await testGateway(t, { maxDataSetLength: 1_000_000 });
  const folder = await folderOf(t, [image({ pixels: Buffer.alloc(1_500_000) })]);
  const { code, stderr } = await runCli(['send', 'dicom', folder, '--to', `127.0.0.1:${gateway.port}`]);
  assert.equal(code, 1);
  assert.match(stderr, /100\.dcm: C001 DICOM_DATA_SET_TOO_LARGE \(.+\)/);
});

test('when the gateway goes away in the middle, every file is told', async (t) => {
  const gateway = await testGateway(t);
  const folder = await folderOf(t, [image(), image(), image()]);
  const told: string[] = [];
  await sendDicom(await filesOf([folder]), {
    host: '127.0.0.1',
    port: gateway.port,
    calledAeTitle: 'INTERLEAVE',
    callingAeTitle: 'TEST',
    rate: 2,
    done: ({ accepted, code }) => {
      told.push(`${accepted} ${code}`);
      void gateway.stop();
    },
  });
  assert.equal(told.length, 3);
  assert.equal(told[0], 'true 0000');
  assert.equal(told[2], 'false DICOM_PEER_UNREACHABLE');
});

test('send dicom --tls shows our certificate and checks theirs', { skip: noOpenssl }, async (t) => {
  const authority = new TestAuthority();
  t.after(() => authority.remove());
  const [theirs, ours] = [authority.issue('gateway'), authority.issue('us')];
  const env = { DICOM_TLS: 'true', TLS_CERT_FILE: theirs.cert, TLS_KEY_FILE: theirs.key };
  const wanted = { TLS_CA_FILE: authority.ca, TLS_CLIENT_CERTIFICATES: 'required' };
  const gateway = await testGateway(t, { env: { ...env, ...wanted } });
  const folder = await folderOf(t, [image()]);
  const send = (...tls: string[]) =>
    runCli(['send', 'dicom', folder, '--to', `127.0.0.1:${gateway.port}`, ...tls]);
  const good = await send('--tls', '--tls-ca', authority.ca, '--tls-cert', ours.cert, '--tls-key', ours.key);
  assert.equal(good.code, 0, good.stderr);
  assert.equal((await send('--tls')).code, 1, 'their authority is not known');
  assert.equal((await send('--tls-ca', authority.ca)).code, 2, '--tls-ca without --tls');
  assert.equal(gateway.published.length, 1);
});
