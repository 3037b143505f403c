import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createServer as createTlsServer } from 'node:tls';
import { filesOf } from '../../cli/send/files.ts';
import { summarise } from '../../cli/send/outcome.ts';
import { Pace } from '../../cli/send/pace.ts';
import { noOpenssl, TestAuthority } from '../support/certificates.ts';
import { runCli } from '../support/cli.ts';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interleave-send-'));
});
after(() => rm(folder, { recursive: true, force: true }));

const message = (controlId: string) =>
  `MSH|^~\\&|RIS|HOSPITAL|||20260101120000||ORU^R01|${controlId}|P|2.5.1\rOBX|1|TX|||Text\r`;

/** Answers AA, and to control ids that begin with "bad" AE with a code of ours. */
async function receiver() {
  const server = createServer((socket) => {
    socket.on('data', (frame: Buffer) => {
      const controlId = frame.toString().split('|')[9] ?? '';
      const bad = controlId.startsWith('bad');
      const code = bad ? 'AE' : 'AA';
      const err = bad ? 'ERR|||101|E|HL7_REQUIRED_FIELD_MISSING\r' : '';
      socket.write(`\x0bMSH|^~\\&|||||||ACK|1|P|2.5.1\rMSA|${code}|${controlId}\r${err}\x1c\r`);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return { server, port: address !== null && typeof address === 'object' ? address.port : 0 };
}

test('send hl7 reports every answer, and ends with 1 when one was not positive', async () => {
  await mkdir(join(folder, 'feed'));
  await writeFile(join(folder, 'feed', '1.hl7'), message('good1'));
  await writeFile(join(folder, 'feed', '2.hl7'), message('good2'));
  const bad = join(folder, 'bad.hl7');
  await writeFile(bad, message('bad1'));
  const { server, port } = await receiver();
  const to = ['--to', `127.0.0.1:${port}`];

  const good = await runCli(['send', 'hl7', join(folder, 'feed'), ...to]);
  assert.equal(good.code, 0, good.stderr);
  assert.match(good.stdout, /^2 of 2 accepted in /);

  const mixed = await runCli(['send', 'hl7', join(folder, 'feed'), bad, '--json', ...to]);
  assert.equal(mixed.code, 1);
  const { sent, accepted, refused } = JSON.parse(mixed.stdout);
  assert.deepEqual(
    { sent, accepted, refused },
    { sent: 3, accepted: 2, refused: [{ item: `${bad}#1`, code: 'AE 101 HL7_REQUIRED_FIELD_MISSING' }] },
  );
  assert.match(
    mixed.stderr,
    /✗ .*bad\.hl7#1: AE 101 HL7_REQUIRED_FIELD_MISSING \(A field that is needed is empty\.\)/,
  );
  server.close();
});

test('send hl7 names a file without a message, and ends with 1', async () => {
  const [empty, good] = [join(folder, 'empty.hl7'), join(folder, 'good.hl7')];
  await writeFile(empty, '\r\n \r\n');
  await writeFile(good, message('good3'));
  const { server, port } = await receiver();
  const { code, stdout, stderr } = await runCli(['send', 'hl7', empty, good, '--to', `127.0.0.1:${port}`]);
  server.close();
  assert.equal(code, 1);
  assert.match(stdout, /^1 of 2 accepted /);
  assert.match(stderr, /✗ .*empty\.hl7: HL7_NO_MESSAGE \(The file holds no HL7 message\.\)/);
});

test('send hl7 --tls speaks TLS, and every mistake is named with its option', {
  skip: noOpenssl,
}, async () => {
  const authority = new TestAuthority();
  const own = authority.issue('receiver');
  const server = createTlsServer(
    { cert: await readFile(own.cert), key: await readFile(own.key) },
    (socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.write('\x0bMSH|^~\\&|||||||ACK|1|P|2.5.1\rMSA|AA|x\r\x1c\r'));
    },
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const to = ['--to', `127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`];
  const file = join(folder, 'one');
  await writeFile(file, message('x'));
  const good = await runCli(['send', 'hl7', file, ...to, '--tls', '--tls-ca', authority.ca]);
  assert.equal(good.code, 0, good.stderr);
  assert.match((await runCli(['send', 'hl7', file, ...to, '--tls'])).stderr, /\(TLS_REFUSED\)/);
  const missing = await runCli(['send', 'hl7', file, ...to, '--tls', '--tls-ca', '/nowhere']);
  assert.match(missing.stderr, /--tls-ca cannot be read \(ENOENT\)/);
  assert.equal((await runCli(['send', 'hl7', file, ...to, '--tls-ca', authority.ca])).code, 2);
  server.close();
  authority.remove();
});

test('a receiver that is not there is one sentence', async () => {
  const file = join(folder, 'one');
  await writeFile(file, message('x'));
  const { code, stderr } = await runCli(['send', 'hl7', file, '--to', '127.0.0.1:9']);
  assert.equal(code, 1);
  assert.match(stderr, /^interleave: The MLLP receiver could not be reached.*\(MLLP_UNREACHABLE\)\n$/);
});

test('a folder means its files, sorted; a summary has nearest-rank times', async () => {
  assert.deepEqual(await filesOf([join(folder, 'feed')]), [
    join(folder, 'feed', '1.hl7'),
    join(folder, 'feed', '2.hl7'),
  ]);
  const outcomes = [30, 10, 20, 40].map((milliseconds) => ({
    item: '',
    accepted: true,
    code: 'AA',
    milliseconds,
  }));
  const { p50Ms, p95Ms, perSecond } = summarise(outcomes, 2);
  assert.deepEqual({ p50Ms, p95Ms, perSecond }, { p50Ms: 20, p95Ms: 40, perSecond: 2 });
});

test('a rate is kept from the second turn on', async () => {
  const pace = new Pace(50);
  const start = performance.now();
  for (let turn = 0; turn < 6; turn++) await pace.turn();
  const elapsed = performance.now() - start;
  assert.ok(elapsed >= 95 && elapsed < 1000, `${elapsed} ms`);
});
