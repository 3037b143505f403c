import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GatewayProcess } from '../../harness/gateway-process.ts';
import { Orthanc, orthancVersion } from '../../harness/orthanc.ts';
import { PeerProgram } from '../../harness/peer-program.ts';
import { tcpReady } from '../../harness/tcp-ready.ts';
import { freePorts } from '../../infra/process/free-port.ts';
import { projectRoot } from '../../platform/process/project-root.ts';
import { DCMTK_ENV, MAX_PDU_LENGTH } from './storescu-load.ts';

/** A program that stores what it is sent, started anew with an empty folder for each measurement. */
export interface DicomReceiver {
  /** stable, part of the figures' names */
  key: 'ours' | 'storescp' | 'orthanc' | 'dcmjs_dimse';
  name: string;
  version: string;
  settings: string;
  /** whether an answer waits until the object is synced to the disk */
  sync: boolean;
  start(): Promise<{ port: number; stop(): Promise<unknown> }>;
}

/** Every receiver that can be run here, without and with syncing; `say` hears of those that cannot. */
export function dicomReceivers(brokers: readonly string[], say: (line: string) => void): DicomReceiver[] {
  const all = [false, true].flatMap((sync) => [ours(brokers, sync), orthanc(sync), dcmjsDimse(sync)]);
  return [...all, storescp()].filter((receiver): receiver is DicomReceiver => {
    if (typeof receiver !== 'string') return true;
    say(`SKIPPED: ${receiver} is not installed`);
    return false;
  });
}

function ours(brokers: readonly string[], sync: boolean): DicomReceiver {
  return {
    key: 'ours',
    name: 'interleave',
    version: '',
    settings: '',
    sync,
    async start() {
      const env = { OBJECT_STORE_SYNC: sync ? 'on' : 'off', LOG_LEVEL: 'info' };
      return GatewayProcess.start('dicom-gateway', brokers, env);
    },
  };
}

/** One process for each association, bytes written as they come: quicker than its defaults. It cannot sync. */
function storescp(): DicomReceiver | string {
  const version = versionOf('storescp', /v(\S+)/);
  if (version === null) return 'DCMTK';
  const options = ['--fork', '+B', '-pdu', String(MAX_PDU_LENGTH)];
  return {
    key: 'storescp',
    name: 'DCMTK storescp',
    version,
    settings: `${options.join(' ')}, ${words(DCMTK_ENV)}; never syncs`,
    sync: false,
    start: () =>
      withFolder(async (folder) => {
        const [port = 0] = await freePorts(1);
        const program = await PeerProgram.start('storescp', [...options, '-od', folder, String(port)], {
          env: DCMTK_ENV,
        });
        return { port, program };
      }),
  };
}

function orthanc(sync: boolean): DicomReceiver | string {
  if (orthancVersion === null) return 'Orthanc';
  const settings = {
    SyncStorageArea: sync,
    MaximumPduLength: MAX_PDU_LENGTH,
    StoreMD5ForAttachments: false,
    StorageCompression: false,
    DicomThreadsCount: 4,
    SaveJobs: false,
  };
  return {
    key: 'orthanc',
    name: 'Orthanc',
    version: orthancVersion,
    settings: `${words(settings)}, SQLite index, ${words(DCMTK_ENV)}`,
    sync,
    start: () => Orthanc.start({ settings, dicomweb: false, env: DCMTK_ENV }),
  };
}

function dcmjsDimse(sync: boolean): DicomReceiver {
  const manifest = join(projectRoot(), 'node_modules', 'dcmjs-dimse', 'package.json');
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  return {
    key: 'dcmjs_dimse',
    name: 'dcmjs-dimse',
    version,
    settings: `PDU ${MAX_PDU_LENGTH}, the data set to one file as it is, ${sync ? 'fsync' : 'no fsync'}`,
    sync,
    start: () =>
      withFolder(async (folder) => {
        const [port = 0] = await freePorts(1);
        const script = join(import.meta.dirname, '..', 'peers', 'dcmjs-dimse-store.js');
        const program = await PeerProgram.start(process.execPath, [
          script,
          String(port),
          folder,
          sync ? 'sync' : 'nosync',
        ]);
        return { port, program };
      }),
  };
}

async function withFolder(
  start: (folder: string) => Promise<{ port: number; program: PeerProgram }>,
): Promise<{ port: number; stop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'interleave-bench-'));
  const { port, program } = await start(folder);
  await tcpReady(port);
  return {
    port,
    async stop() {
      await program.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function versionOf(program: string, pattern: RegExp): string | null {
  try {
    const said = execFileSync(program, ['--version'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return pattern.exec(said)?.[1] ?? 'unknown';
  } catch {
    return null;
  }
}

function words(settings: Record<string, unknown>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}
