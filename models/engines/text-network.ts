import type { BackendKind } from '../tensor-backend.ts';

/** What computes a text encoder. */
export interface TextEngine {
  readonly kind: BackendKind;
  /** package and version, for log and status */
  readonly name: string;
  /** why each better engine was not taken */
  readonly reasons: readonly string[];
}

/** The graph of a text encoder that is open in an engine. */
export interface TextNetwork {
  readonly engine: TextEngine;
  /** texts that it computes at once */
  readonly batch: number;
  /** The vectors of texts by their tokens, one after the other. */
  run(texts: readonly (readonly number[])[]): Promise<Float32Array>;
  dispose(): void;
}
