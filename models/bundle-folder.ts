import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, type ErrorCode, InterleaveError } from '../core/errors.ts';
import { type Bundle, loadBundle, openFiles, readManifest } from './bundle.ts';
import { MAX_BUNDLES } from './limits.ts';
import type { Manifest } from './manifest.ts';
import { SENTENCE_BUNDLE } from './packaged-bundles.ts';

/** A subfolder of the models folder: a bundle, or why it is none. `folder` is null for one that is in its package alone. */
export type FoundBundle =
  | { folder: string | null; manifest: Manifest }
  | { folder: string; code: ErrorCode; reason: string };

/** All subfolders, by name; hidden ones and those that are being written are passed over. */
export async function listBundles(modelsDir: string): Promise<FoundBundle[]> {
  const entries = await readdir(modelsDir, { withFileTypes: true }).catch(() => []);
  const folders = entries
    .filter((entry) => (entry.isDirectory() || entry.isSymbolicLink()) && isBundleName(entry.name))
    .map(({ name }) => name)
    .sort()
    .slice(0, MAX_BUNDLES);
  return Promise.all(
    folders.map(async (folder) => {
      try {
        return { folder, manifest: await readManifest(join(modelsDir, folder)) };
      } catch (error) {
        return {
          folder,
          code: codeOf(error),
          reason: error instanceof Error ? error.message : String(error),
        };
      }
    }),
  );
}

/** All subfolders, and the bundle that comes in its package where none of them is that. */
export async function knownBundles(modelsDir: string): Promise<FoundBundle[]> {
  const found = await listBundles(modelsDir);
  const isListed = found.some((one) => 'manifest' in one && one.manifest.hash === SENTENCE_BUNDLE.hash);
  return isListed ? found : [...found, { folder: null, manifest: SENTENCE_BUNDLE }];
}

/**
 * The bundle that is called so: by its name, its folder, or its hash or the beginning of it (at least
 * `SHORTEST_HASH` digits).
 * @throws InterleaveError MODEL_MISSING when there is none or more than one
 */
export async function findBundle(
  modelsDir: string,
  called: string,
): Promise<{ folder: string | null; manifest: Manifest }> {
  const found = await knownBundles(modelsDir);
  const whole = found.filter((one) => 'manifest' in one);
  const byHash = new RegExp(`^[0-9a-f]{${SHORTEST_HASH},64}$`).test(called);
  const fits = whole.filter(
    ({ folder, manifest }) =>
      manifest.name === called || folder === called || (byHash && manifest.hash.startsWith(called)),
  );
  const [only] = fits;
  if (only !== undefined && new Set(fits.map(({ manifest }) => manifest.hash)).size === 1) return only;
  if (only !== undefined)
    throw new InterleaveError(
      'MODEL_MISSING',
      `More than one bundle in ${modelsDir} is called ${called}: say its hash.`,
    );
  const broken = found.find((one) => one.folder === called && 'reason' in one);
  throw new InterleaveError(
    broken !== undefined && 'code' in broken ? broken.code : 'MODEL_MISSING',
    broken !== undefined && 'reason' in broken
      ? broken.reason
      : `No bundle in ${modelsDir} is called ${called}.`,
  );
}

/** A bundle by name or hash, whole. @throws InterleaveError MODEL_MISSING, MODEL_INVALID */
export async function openBundle(modelsDir: string, called: string): Promise<Bundle> {
  const { folder, manifest } = await findBundle(modelsDir, called);
  return folder === null ? openFiles(manifest, '') : loadBundle(join(modelsDir, folder));
}

const SHORTEST_HASH = 8;

function isBundleName(name: string): boolean {
  return !name.startsWith('.') && !name.endsWith('.partial');
}
