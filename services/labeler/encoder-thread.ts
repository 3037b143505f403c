/** The thread that owns the sentence encoder: Kafka's heartbeats go on while it computes. */
import { openSentenceEncoder } from '../../models/sentence-encoder.ts';
import { openTensorBackend } from '../../models/tensor-backend.ts';
import { answerQuestions } from '../../platform/concurrency/worker-thread.ts';

/** Sentences to encode; none asks only what the encoder is. */
export type EncoderQuestion = string[];

export interface OpenedEncoder {
  backend: string;
  backendName: string;
  reasons: string[];
  generation: number;
  hash: string;
  dims: number;
}

/** One vector for each sentence, in order, and the encoder that made them. */
export interface EncoderReply {
  about: OpenedEncoder;
  vectors: Float32Array[];
}

await answerQuestions(async () => {
  const backend = await openTensorBackend();
  const encoder = await openSentenceEncoder(backend);
  const { generation, hash, dims } = encoder;
  const { kind, name, reasons } = backend;
  const about = { backend: kind, backendName: name, reasons: [...reasons], generation, hash, dims };
  return async (sentences: EncoderQuestion): Promise<EncoderReply> => ({
    about,
    vectors: await encoder.embed(sentences),
  });
});
