import { findBundle } from './bundle-folder.ts';
import type { TextFloors } from './manifest.ts';

/** The floors that the manifest of a text encoder states, by its hash; null where it states none or is not there. */
export async function textFloorsOf(modelsDir: string, hash: string): Promise<TextFloors | null> {
  const found = await findBundle(modelsDir, hash).catch(() => null);
  return found?.manifest.kind === 'text-encoder' ? (found.manifest.output.floors ?? null) : null;
}
