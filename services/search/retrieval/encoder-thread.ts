/** The thread that embeds queries: answers to others go out while it computes. */

import { InterleaveError } from '../../../core/errors.ts';
import { openSentenceEncoder, SENTENCE_VECTOR } from '../../../models/sentence-encoder.ts';
import { openTensorBackend } from '../../../models/tensor-backend.ts';
import { answerQuestions } from '../../../platform/concurrency/worker-thread.ts';

/** Texts to embed with the encoder of a generation; no texts ask only what there is. */
export interface EncoderQuestion {
  generation: number | null;
  texts: string[];
}

export interface EncoderReply {
  about: EncoderAbout;
  vectors: Float32Array[];
}

export interface EncoderAbout {
  backend: string;
  backendName: string;
  /** those that can be embedded with, the newest last */
  generations: number[];
}

await answerQuestions(async () => {
  const backend = await openTensorBackend();
  const encoder = await openSentenceEncoder(backend);
  // The first inference compiles the model; nobody should wait for it.
  await encoder.embed(['chest']);
  const about = {
    backend: backend.kind,
    backendName: backend.name,
    generations: [SENTENCE_VECTOR.generation],
  };
  return async ({ generation, texts }: EncoderQuestion): Promise<EncoderReply> => {
    if (texts.length === 0) return { about, vectors: [] };
    if (generation !== encoder.generation)
      throw new InterleaveError('VECTOR_GENERATION_MISMATCH', `Index: ${generation}.`);
    return { about, vectors: await encoder.embed(texts) };
  };
});
