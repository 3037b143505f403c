/** The thread that owns the sentence encoder: Kafka's heartbeats go on while it computes. */
import { parentPort } from 'node:worker_threads';
import { codeOf, type ErrorCode } from '../../core/errors.ts';
import { openSentenceEncoder } from '../../models/sentence-encoder.ts';
import { openTensorBackend } from '../../models/tensor-backend.ts';

export interface OpenedEncoder {
  backend: string;
  backendName: string;
  reasons: string[];
  generation: number;
  hash: string;
  dims: number;
}

/** The thread says `opened` or `failed` once, then answers each list of sentences in order. */
export type ThreadMessage =
  | { opened: OpenedEncoder }
  | { failed: { code: ErrorCode; message: string } }
  | { id: number; vectors: Float32Array[] }
  | { id: number; failed: { code: ErrorCode; message: string } };

export interface EncoderQuestion {
  id: number;
  sentences: string[];
}

try {
  const backend = await openTensorBackend();
  const encoder = await openSentenceEncoder(backend);
  const { generation, hash, dims } = encoder;
  parentPort?.on('message', async ({ id, sentences }: EncoderQuestion) => {
    try {
      say({ id, vectors: await encoder.embed(sentences) });
    } catch (error) {
      say({ id, failed: describe(error) });
    }
  });
  const { kind, name, reasons } = backend;
  say({ opened: { backend: kind, backendName: name, reasons: [...reasons], generation, hash, dims } });
} catch (error) {
  say({ failed: describe(error) });
}

function say(message: ThreadMessage): void {
  parentPort?.postMessage(message);
}

function describe(error: unknown): { code: ErrorCode; message: string } {
  return { code: codeOf(error), message: error instanceof Error ? error.message : String(error) };
}
