import { randomBytes } from 'node:crypto';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, InterleaveError } from '../../core/errors.ts';
import { MAX_VECTOR_BYTES } from '../../core/radiology/limits.ts';
import { loadBundle, reasonOf, saveBundle } from '../bundle.ts';
import { knownBundles } from '../bundle-folder.ts';
import type { Engine } from '../engines/engine.ts';
import { requireOpens } from '../engines/who-opens.ts';
import type { AboutBundle, Manifest, SharedSpace } from '../manifest.ts';
import { sharedSpaceHash } from '../shared-space.ts';
import {
  type DescribedEncoder,
  type DescribedSide,
  describedEncoder,
  digestOfGraph,
} from './described-sides.ts';
import { imageDims, textDims } from './open-to-measure.ts';
import { type TriedEncoder, tryOut } from './try-out.ts';

export interface AddOptions {
  modelsDir: string;
  /** in place of the description's */
  name?: string | undefined;
  /** everything is tried, and nothing is kept */
  dryRun: boolean;
  /** opens what computes images in the services */
  openEngine(): Promise<Engine>;
}

/** A bundle that was added, with what was seen of it. */
export interface AddedBundle extends TriedEncoder {
  manifest: Manifest;
  /** the same bundle was there before */
  wasThere: boolean;
}

export interface AddedEncoders {
  bundles: AddedBundle[];
  /** what both share, null where they do not */
  space: SharedSpace | null;
}

/**
 * Makes bundles of the encoders in a user's folder: tried as a service will use them, and kept all or none.
 * @throws InterleaveError ENCODER_DESCRIPTION_INVALID, ENCODER_FILE_REFUSED, ENCODER_CHECK_FAILED, BUNDLE_NAME_TAKEN;
 * MODEL_UNSUPPORTED where this version or its engine cannot compute them
 */
export async function addEncoders(folder: string, options: AddOptions): Promise<AddedEncoders> {
  const described = await describedEncoder(folder, options.name);
  const engine = described.image === null ? null : await engineFor(described.image, options);
  const measured = await measure(described);
  const space = spaceOf(described, measured);
  const staging = join(options.modelsDir, `.adding-${process.pid}-${randomBytes(4).toString('hex')}`);
  await mkdir(staging, { recursive: true });
  try {
    const bundles: AddedBundle[] = [];
    for (const { side, dims, sha256 } of measured) {
      const about = aboutOf(described, side, dims, space);
      const manifest = await saveBundle(join(staging, side.name), about, side.files);
      // What was measured, and what the space is named after, is what was copied.
      if (manifest.files.find(({ role }) => role === 'graph')?.sha256 !== sha256)
        throw new InterleaveError('ENCODER_FILE_REFUSED', `The graph of ${side.name} was changed meanwhile.`);
      const wasThere = await isThere(options.modelsDir, manifest);
      const bundle = await loadBundle(join(staging, side.name));
      const tried = await tryOut(bundle, side.kind === 'image-encoder' ? engine : null).catch(
        asCheckOf(side),
      );
      bundles.push({ manifest, wasThere, ...tried });
    }
    if (!options.dryRun) await keep(staging, options.modelsDir, bundles);
    return { bundles, space };
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

interface Measured {
  side: DescribedSide;
  dims: number;
  /** of the graph */
  sha256: string;
}

/** The services' engine. @throws InterleaveError MODEL_UNSUPPORTED, with what helps, where it opens no ONNX */
async function engineFor({ name, kind, graph }: DescribedSide, { openEngine }: AddOptions): Promise<Engine> {
  const engine = await openEngine();
  requireOpens(engine.id, { name, kind, files: [{ ...graph, bytes: 1, sha256: '' }] });
  return engine;
}

/** Opens each graph once to see how long its vectors are. */
async function measure({ image, text }: DescribedEncoder): Promise<Measured[]> {
  const measured: Measured[] = [];
  if (image !== null) {
    const sha256 = await digestOfGraph(image);
    measured.push({ side: image, sha256, dims: await imageDims(image).catch(asCheckOf(image)) });
  }
  if (text !== null) {
    const sha256 = await digestOfGraph(text);
    measured.push({ side: text, sha256, dims: await textDims(text).catch(asCheckOf(text)) });
  }
  for (const { side, dims } of measured)
    if (dims < 1 || dims * 2 > MAX_VECTOR_BYTES)
      throw new InterleaveError(
        'ENCODER_CHECK_FAILED',
        `${side.name} gives ${dims} numbers, and a case keeps 1 to ${MAX_VECTOR_BYTES / 2} of one thing.`,
      );
  return measured;
}

function spaceOf({ description }: DescribedEncoder, measured: readonly Measured[]): SharedSpace | null {
  const [image, text] = measured;
  if (!description.sharedSpace || image === undefined || text === undefined) return null;
  if (image.dims !== text.dims)
    throw new InterleaveError(
      'ENCODER_CHECK_FAILED',
      `The image encoder gives ${image.dims} numbers and the text encoder ${text.dims}: they share no space.`,
    );
  return { hash: sharedSpaceHash({ image: image.sha256, text: text.sha256 }), floor: description.floor };
}

function aboutOf(
  { description }: DescribedEncoder,
  { name, ...side }: DescribedSide,
  dims: number,
  space: SharedSpace | null,
): AboutBundle {
  const { about, licence, domain, parents, text } = description;
  const common = { about, licence, domain, parents, name, data: [], seeds: [], metrics: [] };
  const vector = {
    gives: 'vector',
    dims,
    similarity: 'cosine',
    ...(space === null ? {} : { space }),
  } as const;
  if (side.kind === 'image-encoder')
    return { format: 1, kind: side.kind, input: side.input, output: vector, ...common };
  return {
    format: 1,
    kind: side.kind,
    input: side.input,
    output: { ...vector, floors: text?.floors },
    ...common,
  };
}

/** Whether that very bundle is there already. @throws InterleaveError BUNDLE_NAME_TAKEN where another has its name */
async function isThere(modelsDir: string, { name, hash }: Manifest): Promise<boolean> {
  const same = (await knownBundles(modelsDir)).filter((found) =>
    'manifest' in found ? found.manifest.name === name || found.folder === name : found.folder === name,
  );
  if (same.length === 0) return false;
  if (same.every((found) => 'manifest' in found && found.manifest.hash === hash)) return true;
  throw new InterleaveError('BUNDLE_NAME_TAKEN', `Another bundle is called ${name}: give another by --name.`);
}

/** All of them, or none. */
async function keep(staging: string, modelsDir: string, bundles: readonly AddedBundle[]): Promise<void> {
  const kept: string[] = [];
  try {
    for (const { manifest, wasThere } of bundles) {
      if (wasThere) continue;
      const place = join(modelsDir, manifest.name);
      await rename(join(staging, manifest.name), place);
      kept.push(place);
    }
  } catch (error) {
    for (const place of kept) await rm(place, { recursive: true, force: true });
    throw error;
  }
}

/** What a graph or a tokenizer makes of our questions is what was to be found out. */
function asCheckOf({ name }: DescribedSide): (cause: unknown) => never {
  return (cause) => {
    if (cause instanceof InterleaveError && codeOf(cause) !== 'MODEL_INVALID') throw cause;
    const reason = reasonOf(cause).replace(/\.$/, '');
    throw new InterleaveError('ENCODER_CHECK_FAILED', `${name}: ${reason}.`, { cause });
  };
}
