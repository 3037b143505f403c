/** A vector in float16, little endian, with the generation of the model that made it. */
export interface Vector {
  generation: number;
  /** hash of the model bundle */
  model: string;
  dims: number;
  data: Buffer;
}
