import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { frameMessage, MllpFramer } from '../../../core/hl7/frame.ts';
import { parseMessage, textAt } from '../../../core/hl7/message.ts';
import { planCase } from '../../../simulator/case.ts';
import type { CasePlan } from '../../../simulator/case-plan.ts';
import { type GatewayAddresses, NetworkGateways } from '../../../simulator/feed/gateways.ts';

const STORESCP = spawnSync('storescp', ['--version']).error === undefined;
const NO_STORESCP = STORESCP ? false : 'SKIPPED: storescp (Debian package dcmtk) is not here';

/** Reports that the receiver below has read, by control id; it refuses those in `refused`. */
const received: string[] = [];
const refused = new Set<string>();
let hl7: Server;
let dicom: ChildProcess | undefined;
let folder: string;
let addresses: GatewayAddresses;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interleave-gateways-'));
  hl7 = createServer((socket) => {
    const framer = new MllpFramer();
    socket.on('data', (chunk) => {
      for (const frame of framer.push(chunk)) {
        if (frame.kind !== 'frame') continue;
        const message = parseMessage(frame.bytes);
        const controlId = textAt(message, 'MSH-10');
        received.push(controlId);
        const code = refused.has(controlId) ? 'AE' : 'AA';
        socket.write(frameMessage(Buffer.from(`MSH|^~\\&|||||||ACK|1|T|2.5.1\rMSA|${code}|${controlId}\r`)));
      }
    });
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => hl7.listen(0, '127.0.0.1', resolve));
  const port = await freePort();
  if (STORESCP) {
    dicom = spawn('storescp', ['-od', folder, String(port)], { env: { ...process.env, TCP_NODELAY: '1' } });
    await untilListening(port);
  }
  addresses = {
    hl7: { host: '127.0.0.1', port: (hl7.address() as AddressInfo).port },
    dicom: { host: '127.0.0.1', port, aeTitle: 'ANYWHERE' },
    timeoutMs: 5000,
  };
});

after(async () => {
  hl7.close();
  dicom?.kill();
  await rm(folder, { recursive: true, force: true });
});

test('reports go over MLLP, and the answer decides', async () => {
  const gateways = new NetworkGateways(addresses);
  const plan = planCase(1, 2);
  const [first] = plan.reports;
  assert.deepEqual(await gateways.deliver(plan, { kind: 'REPORT', version: 0 }), {
    accepted: true,
    answer: 'AA',
  });
  refused.add(plan.reports[1]?.controlId ?? '');
  assert.deepEqual(await gateways.deliver(plan, { kind: 'REPORT', version: 1 }), {
    accepted: false,
    answer: 'AE',
  });
  assert.ok(received.includes(first?.controlId ?? ''));
  await gateways.close();
});

test('images and key objects reach a DICOM receiver of another make', { skip: NO_STORESCP }, async () => {
  const gateways = new NetworkGateways(addresses);
  const plan = withKeyObject();
  assert.deepEqual(await gateways.deliver(plan, { kind: 'IMAGES' }), { accepted: true, answer: '0000' });
  assert.deepEqual(await gateways.deliver(plan, { kind: 'KEY_OBJECT' }), { accepted: true, answer: '0000' });
  assert.equal((await readdir(folder)).length, plan.slots.length + 1);
  await gateways.close();
});

test('a gateway that is away rejects, and is found again when it is back', async () => {
  const port = await freePort();
  const gateways = new NetworkGateways({ ...addresses, hl7: { host: '127.0.0.1', port } });
  const plan = planCase(1, 0);
  await assert.rejects(gateways.deliver(plan, { kind: 'REPORT', version: 0 }));
  await gateways.close();
  const back = new NetworkGateways(addresses);
  assert.equal((await back.deliver(plan, { kind: 'REPORT', version: 0 })).accepted, true);
  await back.close();
});

function withKeyObject(): CasePlan {
  for (let n = 0; ; n++) {
    const plan = planCase(1, n);
    if (plan.keyImage !== null) return plan;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function untilListening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.on('error', () => resolve(false));
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('storescp did not start');
}
