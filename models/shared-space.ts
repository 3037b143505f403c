import { createHash } from 'node:crypto';
import { findBundle } from './bundle-folder.ts';
import type { SharedSpace } from './manifest.ts';

/** Which space two encoders that were trained together share, by the SHA-256 of their graphs. */
export function sharedSpaceHash(graphs: { image: string; text: string }): string {
  return createHash('sha256')
    .update(`interleave-shared-space/1\nimage ${graphs.image}\ntext ${graphs.text}\n`)
    .digest('hex');
}

/** What is known of the space of words and images, of two bundles by their hashes. */
export interface SpaceOfTwo {
  /** of the text encoder; null where it shares none, or is not there */
  space: SharedSpace | null;
  /** whether the image encoder has the same */
  isShared: boolean;
}

/** The space of a text encoder, and whether an image encoder has it too, by the hashes of their bundles. */
export async function spaceOfTwo(
  modelsDir: string,
  { text, image }: { text: string; image: string },
): Promise<SpaceOfTwo> {
  const [space, other] = [await spaceOf(modelsDir, text), await spaceOf(modelsDir, image)];
  return { space, isShared: space !== null && space.hash === other?.hash };
}

async function spaceOf(modelsDir: string, hash: string): Promise<SharedSpace | null> {
  if (hash === '') return null;
  const { output } = (await findBundle(modelsDir, hash).catch(() => null))?.manifest ?? {};
  return output?.gives === 'vector' ? (output.space ?? null) : null;
}
