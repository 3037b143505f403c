import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { InterleaveError } from '../../core/errors.ts';
import { projectRoot } from '../../platform/process/project-root.ts';
import { type GivenFile, loadBundle, saveBundle } from '../bundle.ts';
import type { AboutBundle, Manifest } from '../manifest.ts';

export type Say = (line: string) => void;

/**
 * The bundle that `about` describes, in `modelsDir`: the one that is there whole, or a new one of the files that `make` gets. It
 * is given a folder to download into, which is gone afterwards. `label` begins each line that is said.
 */
export async function keepBundle(
  modelsDir: string,
  { about, label, say }: { about: AboutBundle; label: string; say: Say },
  make: (work: string) => Promise<GivenFile[]>,
): Promise<Manifest> {
  const folder = join(modelsDir, about.name);
  const present = await loadBundle(folder).catch(() => null);
  if (present !== null) {
    say(`${label}: ${about.name} is there (${present.manifest.hash.slice(0, 12)})`);
    return present.manifest;
  }
  await mkdir(modelsDir, { recursive: true });
  const work = await mkdtemp(join(modelsDir, '.download-'));
  try {
    const manifest = await saveBundle(folder, about, await make(work));
    say(`${label}: ${about.name} is ready (${manifest.hash.slice(0, 12)})`);
    return manifest;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** A file that was downloaded. @throws InterleaveError DOWNLOAD_FAILED, with this message, when it has another hash */
export async function readChecked(path: string, sha256: string, message: string): Promise<Buffer> {
  const bytes = await readFile(path);
  if (createHash('sha256').update(bytes).digest('hex') !== sha256)
    throw new InterleaveError('DOWNLOAD_FAILED', message);
  return bytes;
}

/** Runs one of these steps as a command: into `--models-dir`, INTERLEAVE_MODELS_DIR, or `.interleave/models` of the checkout. */
export async function runAsCommand(fetch: (modelsDir: string, say: Say) => Promise<unknown>): Promise<void> {
  const { values } = parseArgs({ options: { 'models-dir': { type: 'string' } } });
  const folder =
    values['models-dir'] ?? process.env['INTERLEAVE_MODELS_DIR'] ?? join(projectRoot(), '.interleave/models');
  try {
    await fetch(resolve(folder), (line) => console.log(line));
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
