/** The thread that owns the engine: Kafka's heartbeats go on while the models compute. */
import { codeOf, type ErrorCode } from '../../core/errors.ts';
import type { DisplayImage } from '../../core/imaging/display-image.ts';
import { type FittedSize, fittedSize } from '../../core/imaging/fit-image.ts';
import { manifestOf } from '../../models/bundle.ts';
import { openBundle } from '../../models/bundle-folder.ts';
import type { EngineSettings } from '../../models/engines/engine-settings.ts';
import { openEngine } from '../../models/engines/open-engine.ts';
import { type ImageEncoder, openImageEncoder } from '../../models/image-encoder.ts';
import { OpenBundles } from '../../models/open-bundles.ts';
import type { BackendKind } from '../../models/tensor-backend.ts';
import { answerQuestions } from '../../platform/concurrency/worker-thread.ts';
import { MAX_OPEN_BUNDLES } from './limits.ts';

/** What the thread opens its models from. */
export interface ModelData {
  modelsDir: string;
  engine: EngineSettings;
  /** images at once, where not as many as suit the engine */
  batch?: number | undefined;
}

/** Images for each of some bundles, by hash or name; a bundle without images is only opened. */
export type ModelQuestion = { bundle: string; images: DisplayImage[] }[];

export interface OpenedBackend {
  backend: BackendKind;
  backendName: string;
  reasons: string[];
  /** images that it computes at once */
  batch: number;
}

export interface OpenedBundle {
  hash: string;
  name: string;
  dims: number;
  /** of the images that it takes */
  size: FittedSize;
}

/** One vector for each image, in order, and the bundle that made them; or why that cannot be opened. */
export type BundleReply =
  | { bundle: OpenedBundle; vectors: Float32Array[] }
  | { code: ErrorCode; reason: string };

/** One reply for each bundle, in order. */
export interface ModelReply {
  backend: OpenedBackend;
  replies: BundleReply[];
}

await answerQuestions(async ({ modelsDir, engine: settings, batch: wanted }: ModelData) => {
  const opened = await openEngine(settings);
  const engine = { ...opened, batch: wanted ?? opened.batch };
  const { kind, name, reasons, batch } = engine;
  const about = { backend: kind, backendName: name, reasons: [...reasons], batch };
  const bundles = new OpenBundles<ImageEncoder & { bundle: OpenedBundle }>(MAX_OPEN_BUNDLES);

  async function open(called: string): Promise<ImageEncoder & { bundle: OpenedBundle }> {
    const one = bundles.get(called);
    if (one !== undefined) return one;
    const bundle = await openBundle(modelsDir, called);
    const { hash, name } = bundle.manifest;
    const known = bundles.get(hash);
    if (known !== undefined) return known;
    const size = fittedSize(manifestOf(bundle, 'image-encoder').input);
    const encoder = await openImageEncoder(engine, bundle);
    const opened = { ...encoder, bundle: { hash, name, dims: encoder.dims, size } };
    await bundles.add(hash, opened);
    return opened;
  }

  return async (question: ModelQuestion): Promise<ModelReply> => {
    const replies: BundleReply[] = [];
    for (const { bundle: called, images } of question) {
      let one: Awaited<ReturnType<typeof open>>;
      try {
        one = await open(called);
      } catch (error) {
        replies.push({ code: codeOf(error), reason: error instanceof Error ? error.message : String(error) });
        continue;
      }
      replies.push({ bundle: one.bundle, vectors: await one.embed(images) });
    }
    return { backend: about, replies };
  };
});
