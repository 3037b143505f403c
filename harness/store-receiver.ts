import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dicomObjectOf } from '../core/dicom/dicom-object.ts';
import { freePorts } from '../infra/process/free-port.ts';
import { DCMTK_ENV } from './orthanc.ts';
import { PeerProgram } from './peer-program.ts';
import { tcpReady } from './tcp-ready.ts';

/** DCMTK's storescp: takes by C-STORE whatever comes, in any transfer syntax. */
export class StoreReceiver {
  readonly port: number;
  readonly #folder: string;
  readonly #program: PeerProgram;

  private constructor(port: number, folder: string, program: PeerProgram) {
    this.port = port;
    this.#folder = folder;
    this.#program = program;
  }

  static async start(): Promise<StoreReceiver> {
    const folder = await mkdtemp(join(tmpdir(), 'interleave-receiver-'));
    const [port = 0] = await freePorts(1);
    const program = await PeerProgram.start('storescp', ['+xa', '+B', '-od', folder, String(port)], {
      env: DCMTK_ENV,
    });
    await tcpReady(port);
    return new StoreReceiver(port, folder, program);
  }

  /** SOP Instance UIDs */
  async received(): Promise<string[]> {
    const names = await readdir(this.#folder);
    const files = await Promise.all(names.map((name) => readFile(join(this.#folder, name))));
    return files.map((file) => dicomObjectOf(file).sopInstanceUid);
  }

  async clear(): Promise<void> {
    for (const name of await readdir(this.#folder)) await rm(join(this.#folder, name));
  }

  async stop(): Promise<void> {
    await this.#program.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
