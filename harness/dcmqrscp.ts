import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DimseSender, dicomObjectOf, proposalsFor } from '../clients/dimse-sender.ts';
import { freePorts } from '../infra/process/free-port.ts';
import { DCMTK_ENV } from './orthanc.ts';
import { PeerProgram } from './peer-program.ts';
import { tcpReady } from './tcp-ready.ts';

/** For the `skip` option of a test: the reason, which the runner prints. */
export const noDcmqrscp: string | false =
  spawnSync('dcmqrscp', ['--version']).error === undefined ? false : 'SKIPPED: DCMTK is not installed';

/** DCMTK's image archive with an index of its own. `knows`: AE titles and the ports of this machine where they listen. */
export async function dcmqrscp(knows: Readonly<Record<string, number>>) {
  const folder = await mkdtemp(join(tmpdir(), 'interleave-dcmqrscp-'));
  const [port = 0] = await freePorts(1);
  const storage = join(folder, 'storage');
  await mkdir(storage);
  const hosts = Object.entries(knows).map(
    ([title, where]) => `${title.toLowerCase()} = (${title}, 127.0.0.1, ${where})`,
  );
  const config = join(folder, 'dcmqrscp.cfg');
  await writeFile(
    config,
    [
      `NetworkTCPPort = ${port}`,
      'MaxPDUSize = 131072',
      'MaxAssociations = 16',
      'HostTable BEGIN',
      ...hosts,
      'HostTable END',
      'VendorTable BEGIN',
      'VendorTable END',
      'AETable BEGIN',
      `QRSCP ${storage} RW (200, 1024mb) ANY`,
      'AETable END',
      '',
    ].join('\n'),
  );
  const program = await PeerProgram.start('dcmqrscp', ['-c', config], { env: DCMTK_ENV });
  await tcpReady(port);
  return {
    aeTitle: 'QRSCP',
    port,
    async add(files: readonly Buffer[]): Promise<void> {
      const objects = files.map(dicomObjectOf);
      const sender = await DimseSender.connect({
        host: '127.0.0.1',
        port,
        callingAeTitle: 'HARNESS',
        calledAeTitle: 'QRSCP',
        presentationContexts: proposalsFor(objects),
      });
      for (const object of objects) {
        const { status } = await sender.store(object);
        if (status !== 0) throw new Error(`dcmqrscp answered ${status.toString(16)}`);
      }
      await sender.release();
    },
    async stop(): Promise<void> {
      await program.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
