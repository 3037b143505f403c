import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Without the first DCMTK waits 40 ms for each message; both belong to both ends. */
export const DCMTK_ENV = { TCP_NODELAY: '1', TCP_BUFFER_LENGTH: '262144' };

export const MAX_PDU_LENGTH = 131_072;

/**
 * Sends each folder with a `storescu` of its own, all at the same time, and resolves to the seconds from the start of
 * the first to the end of the last. Rejects where any object was not answered with 0000.
 */
export async function storescu(port: number, folders: readonly string[]): Promise<number> {
  const started = performance.now();
  await Promise.all(
    folders.map((folder) =>
      run(
        'storescu',
        [
          ...['-R', '-xe', '-pdu', String(MAX_PDU_LENGTH), '-aet', 'BENCH', '-aec', 'INTERLEAVE'],
          ...['+sd', '127.0.0.1', String(port), folder],
        ],
        { env: { ...process.env, ...DCMTK_ENV }, maxBuffer: 16 * 1024 * 1024 },
      ),
    ),
  );
  return (performance.now() - started) / 1000;
}
