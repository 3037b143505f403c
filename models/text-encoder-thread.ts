/** The thread of the text encoders: heartbeats and answers to others go on while they compute. */
import { answerQuestions } from '../platform/concurrency/worker-thread.ts';
import { openBundle } from './bundle-folder.ts';
import type { TextEngine } from './engines/text-network.ts';
import { MAX_OPEN_TEXT_BUNDLES } from './limits.ts';
import { OpenBundles } from './open-bundles.ts';
import { openTextEncoder, type TextEncoder } from './sentence-encoder.ts';
import { type BackendKind, openTensorBackend } from './tensor-backend.ts';

/** What the thread opens its encoders from. */
export interface TextThreadData {
  modelsDir: string;
}

/**
 * `texts`: what the encoder of a bundle that is open is to embed, by its hash; null only opens the bundle, by hash or name.
 * `bundle` null asks only what computes.
 */
export interface TextQuestion {
  bundle: string | null;
  texts: string[] | null;
}

/** What computed the answer: each bundle is opened in the engine that its graph is for. */
export interface OpenedTextBackend {
  backend: BackendKind;
  backendName: string;
  reasons: string[];
}

export interface OpenedTextBundle {
  hash: string;
  name: string;
  dims: number;
}

export interface TextReply {
  backend: OpenedTextBackend;
  /** null where the bundle is not open */
  bundle: OpenedTextBundle | null;
  /** one for each text, in order */
  vectors: Float32Array[];
}

await answerQuestions(async ({ modelsDir }: TextThreadData) => {
  const tensors = told(await openTensorBackend());
  const open = new OpenBundles<TextEncoder & { name: string }>(MAX_OPEN_TEXT_BUNDLES);

  async function opened(called: string): Promise<TextEncoder & { name: string }> {
    const bundle = await openBundle(modelsDir, called);
    const { hash, name } = bundle.manifest;
    const known = open.get(hash);
    if (known !== undefined) return known;
    const encoder = { ...(await openTextEncoder(bundle)), name };
    await open.add(hash, encoder);
    return encoder;
  }

  return async ({ bundle: called, texts }: TextQuestion): Promise<TextReply> => {
    if (called === null) return { backend: tensors, bundle: null, vectors: [] };
    const encoder = open.get(called) ?? (texts === null ? await opened(called) : undefined);
    if (encoder === undefined) return { backend: tensors, bundle: null, vectors: [] };
    const { hash, name, dims, engine } = encoder;
    return {
      backend: told(engine),
      bundle: { hash, name, dims },
      vectors: await encoder.embed(texts ?? []),
    };
  };
});

function told({ kind, name, reasons }: TextEngine): OpenedTextBackend {
  return { backend: kind, backendName: name, reasons: [...reasons] };
}
