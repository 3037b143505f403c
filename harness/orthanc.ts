import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../infra/process/free-port.ts';
import { PeerProgram } from './peer-program.ts';
import { tcpReady } from './tcp-ready.ts';

const DICOMWEB_PLUGIN = '/usr/share/orthanc/plugins/libOrthancDicomWeb.so';

/** Without it DCMTK, which Orthanc speaks DICOM with, waits 40 ms for each message. */
export const DCMTK_ENV = { TCP_NODELAY: '1' };

/** The version that is installed; null where there is none. */
export const orthancVersion: string | null = (() => {
  try {
    const said = execFileSync('Orthanc', ['--version'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return /Orthanc (\S+)/.exec(said)?.[1] ?? 'unknown';
  } catch {
    return null;
  }
})();

/** For the `skip` option of a test: the reason, which the runner prints. */
export const noOrthanc: string | false =
  orthancVersion === null || !existsSync(DICOMWEB_PLUGIN)
    ? 'SKIPPED: Orthanc is not installed (Debian: apt-get install orthanc orthanc-dicomweb)'
    : false;

export interface OrthancOptions {
  /** AE titles that it knows, and the ports of this machine where they listen */
  knows?: Readonly<Record<string, number>>;
  /** who may ask over HTTP; without it anyone may */
  user?: { name: string; password: string };
  /** beside those that a place of its own needs */
  settings?: Readonly<Record<string, unknown>>;
  dicomweb?: boolean;
  /** speaks TLS in DIMSE, and wants a certificate of this authority; PEM files */
  tls?: { cert: string; key: string; ca: string };
  /** what DCMTK in it reads of the environment */
  env?: Record<string, string>;
}

/** Orthanc as an archive on this machine, on ports and in a folder of its own. */
export class Orthanc {
  readonly aeTitle = 'ORTHANC';
  readonly port: number;
  readonly #web: string;
  readonly #folder: string;
  readonly #program: PeerProgram;
  readonly #authorization: Record<string, string>;

  private constructor(
    ports: { port: number; httpPort: number },
    folder: string,
    program: PeerProgram,
    authorization: Record<string, string>,
  ) {
    this.port = ports.port;
    this.#web = `http://127.0.0.1:${ports.httpPort}`;
    this.#folder = folder;
    this.#program = program;
    this.#authorization = authorization;
  }

  static async start({
    knows = {},
    user,
    settings = {},
    dicomweb = true,
    tls,
    env = DCMTK_ENV,
  }: OrthancOptions = {}): Promise<Orthanc> {
    const folder = await mkdtemp(join(tmpdir(), 'interleave-orthanc-'));
    const [port = 0, httpPort = 0] = await freePorts(2);
    const file = join(folder, 'orthanc.json');
    const place = {
      Name: 'archive',
      StorageDirectory: folder,
      IndexDirectory: folder,
      DicomAet: 'ORTHANC',
      DicomPort: port,
      HttpPort: httpPort,
      RemoteAccessAllowed: false,
      DicomAlwaysAllowFind: true,
      DicomAlwaysAllowGet: true,
      DicomAlwaysAllowMove: true,
      DicomAlwaysAllowStore: true,
      DicomModalities: Object.fromEntries(
        Object.entries(knows).map(([title, where]) => [title.toLowerCase(), [title, '127.0.0.1', where]]),
      ),
      AuthenticationEnabled: user !== undefined,
      RegisteredUsers: user === undefined ? {} : { [user.name]: user.password },
      ...(dicomweb ? { Plugins: [DICOMWEB_PLUGIN], DicomWeb: { Enable: true } } : {}),
    };
    const secure =
      tls === undefined
        ? {}
        : {
            DicomTlsEnabled: true,
            DicomTlsCertificate: tls.cert,
            DicomTlsPrivateKey: tls.key,
            DicomTlsTrustedCertificates: tls.ca,
          };
    await writeFile(file, JSON.stringify({ ...place, ...secure, ...settings }), { mode: 0o600 });
    const program = await PeerProgram.start('Orthanc', [file], { env });
    await Promise.all([tcpReady(port), tcpReady(httpPort)]);
    const token = Buffer.from(`${user?.name}:${user?.password}`).toString('base64');
    const authorization: Record<string, string> =
      user === undefined ? {} : { Authorization: `Basic ${token}` };
    return new Orthanc({ port, httpPort }, folder, program, authorization);
  }

  get dicomweb(): string {
    return `${this.#web}/dicom-web`;
  }

  /** Puts a DICOM file into it. */
  async add(file: Buffer): Promise<void> {
    const answer = await fetch(`${this.#web}/instances`, {
      method: 'POST',
      headers: this.#authorization,
      body: new Uint8Array(file),
    });
    if (!answer.ok) throw new Error(`Orthanc answered ${answer.status}: ${await answer.text()}`);
  }

  async stop(): Promise<void> {
    await this.#program.stop();
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
