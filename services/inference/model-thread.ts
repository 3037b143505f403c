/** The thread that owns the tensor backend: Kafka's heartbeats go on while the model computes. */
import type { DisplayImage } from '../../core/vision/display-image.ts';
import { type ImageEncoder, openImageEncoder } from '../../models/image-encoder.ts';
import { type BackendKind, openTensorBackend } from '../../models/tensor-backend.ts';
import { answerQuestions } from './worker-thread.ts';

export type ModelQuestion = { open: { modelsDir: string } } | { embed: DisplayImage[] };

export interface OpenedModel {
  backend: BackendKind;
  backendName: string;
  reasons: string[];
  generation: number;
  hash: string;
  dims: number;
}

export type ModelReply = OpenedModel | Float32Array[];

let encoder: ImageEncoder | undefined;

answerQuestions(async (question: ModelQuestion): Promise<ModelReply> => {
  if ('embed' in question) return (await opened()).embed(question.embed);
  const backend = await openTensorBackend();
  encoder = await openImageEncoder(backend, question.open.modelsDir);
  const { generation, hash, dims } = encoder;
  return {
    backend: backend.kind,
    backendName: backend.name,
    reasons: [...backend.reasons],
    generation,
    hash,
    dims,
  };
});

async function opened(): Promise<ImageEncoder> {
  if (encoder === undefined) throw new Error('the model was not opened');
  return encoder;
}
