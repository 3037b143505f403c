import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Instance } from '../../../cli/up/instance.ts';

const run = promisify(execFile);

/** For the `skip` option of a test: false where DCMTK is installed, else the reason, which the runner prints. */
export async function withoutDcmtk(): Promise<string | false> {
  return run('storescu', ['--version']).then(
    () => false as const,
    () => 'SKIPPED: DCMTK is not installed (apt-get install dcmtk)',
  );
}

/** Sends files with DCMTK's storescu; throws where it was not given status 0000 for every one. */
export async function storescu(
  dicom: Instance['dicom'],
  files: Buffer[],
  options: string[] = [],
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'interleave-storescu-'));
  try {
    const paths = files.map((_, i) => join(folder, `${i}.dcm`));
    await Promise.all(files.map((file, i) => writeFile(paths[i] ?? '', file)));
    await run(
      'storescu',
      [...options, '-aet', 'E2E', '-aec', dicom.aeTitle, dicom.host, String(dicom.port), ...paths],
      { env: { ...process.env, TCP_NODELAY: '1' } },
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}
