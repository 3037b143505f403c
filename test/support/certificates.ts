import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** For the `skip` option of a test: false where certificates can be made, else the reason, which the runner prints. */
export const noOpenssl: string | false = (() => {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return false;
  } catch {
    return 'SKIPPED: the openssl command line is not here';
  }
})();

/** A certificate with its key, as PEM files. */
export interface Identity {
  cert: string;
  key: string;
}

/** An authority made for one test run in a folder of its own; nothing of it is ever kept. */
export class TestAuthority {
  readonly folder = mkdtempSync(join(tmpdir(), 'interleave-certificates-'));
  readonly ca: string;
  readonly #authority: Identity;

  constructor(name = 'Test Authority') {
    this.#authority = this.#files('ca');
    this.ca = this.#authority.cert;
    this.#openssl('req', '-x509', ...NEW_KEY, ...out(this.#authority), '-days', '2', '-subj', `/CN=${name}`);
  }

  /** A certificate of this authority for `localhost` and 127.0.0.1. `days` below 0 has expired. */
  issue(name: string, { days = 2 }: { days?: number } = {}): Identity {
    const files = this.#files(name);
    const request = join(this.folder, `${name}.csr`);
    const extensions = join(this.folder, `${name}.ext`);
    writeFileSync(extensions, 'subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n');
    this.#openssl('req', '-new', ...NEW_KEY, '-keyout', files.key, '-out', request, '-subj', `/CN=${name}`);
    const signed = ['-CA', this.#authority.cert, '-CAkey', this.#authority.key, '-CAcreateserial'];
    const lifetime = ['-days', String(days), '-extfile', extensions];
    this.#openssl('x509', '-req', '-in', request, ...signed, ...lifetime, '-out', files.cert);
    return files;
  }

  /** A file in the folder with this content. */
  write(name: string, content: string): string {
    const file = join(this.folder, name);
    writeFileSync(file, content);
    return file;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #files(name: string): Identity {
    return { cert: join(this.folder, `${name}.crt`), key: join(this.folder, `${name}.key`) };
  }

  #openssl(...args: string[]): void {
    execFileSync('openssl', args, { stdio: 'ignore' });
  }
}

/** Elliptic, since RSA keys take seconds on a busy machine. */
const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

function out({ cert, key }: Identity): string[] {
  return ['-keyout', key, '-out', cert];
}
