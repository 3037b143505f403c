import type { Bundle } from '../bundle.ts';
import type { BackendKind } from '../tensor-backend.ts';
import type { EngineId } from './who-opens.ts';

/** What computes the image models of this process. */
export interface Engine {
  readonly id: EngineId;
  /** `gpu` only when the engine itself says that it computes on one */
  readonly kind: BackendKind;
  /** package and version, for log, status and comparisons */
  readonly name: string;
  /** why each better engine was not taken, in the order in which they were tried */
  readonly reasons: readonly string[];
  /** images that it computes at once */
  readonly batch: number;
  /**
   * Opens the network of an image encoder's bundle.
   * @throws InterleaveError MODEL_UNSUPPORTED when its files are for another engine; MODEL_INVALID, or any other error,
   * when they do not fit together
   */
  load(bundle: Bundle): Promise<Network>;
}

/** A network that is open in an engine. */
export interface Network {
  /** `batch` holds `images` images of `size` × `size` × 3 (NHWC); gives the output of all, one after the other. */
  run(batch: Float32Array, images: number): Promise<Float32Array>;
  dispose(): Promise<void>;
}
