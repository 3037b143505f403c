/** The thread that owns the tensor backend: Kafka's heartbeats go on while the model computes. */
import type { DisplayImage } from '../../core/imaging/display-image.ts';
import { openBundle } from '../../models/bundle-folder.ts';
import { IMAGE_VECTOR, openImageEncoder } from '../../models/image-encoder.ts';
import { type BackendKind, openTensorBackend } from '../../models/tensor-backend.ts';
import { answerQuestions } from '../../platform/concurrency/worker-thread.ts';

/** What the thread opens its model from. */
export interface ModelData {
  modelsDir: string;
}

/** Images to embed; none asks only what the model is. */
export type ModelQuestion = DisplayImage[];

export interface OpenedModel {
  backend: BackendKind;
  backendName: string;
  reasons: string[];
  generation: number;
  hash: string;
  dims: number;
}

/** One vector for each image, in order, and the model that made them. */
export interface ModelReply {
  about: OpenedModel;
  vectors: Float32Array[];
}

await answerQuestions(async ({ modelsDir }: ModelData) => {
  const backend = await openTensorBackend();
  const encoder = await openImageEncoder(backend, await openBundle(modelsDir, IMAGE_VECTOR.bundle));
  const { hash, dims } = encoder;
  const { generation } = IMAGE_VECTOR;
  const { kind, name, reasons } = backend;
  const about = { backend: kind, backendName: name, reasons: [...reasons], generation, hash, dims };
  return async (images: ModelQuestion): Promise<ModelReply> => ({
    about,
    vectors: await encoder.embed(images),
  });
});
