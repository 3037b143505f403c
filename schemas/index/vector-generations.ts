/** The vectors of one kind that a physical index holds: an index holds one generation of each kind. */
export interface VectorGeneration {
  /** grows with every bundle; vectors of two generations are never compared */
  generation: number;
  /** components of a vector */
  dims: number;
  /** how two vectors are compared; all of ours have length 1 */
  similarity: 'cosine' | 'dot_product';
  /** SHA-256 (hex) of the bundle that makes them, '' where it is not known */
  bundle: string;
  name: string;
}

export interface IndexGenerations {
  text: VectorGeneration;
  image: VectorGeneration;
}
