/**
 * Cuts a matrix of `dims` columns into its rows and scales each to length 1, so that a dot product is the cosine.
 * A row of zeros stays one.
 */
export function normaliseRows(matrix: Float32Array, dims: number): Float32Array[] {
  return Array.from({ length: matrix.length / dims }, (_, row) => {
    const vector = matrix.slice(row * dims, (row + 1) * dims);
    let squares = 0;
    for (const value of vector) squares += value * value;
    const length = Math.sqrt(squares);
    return length > 0 ? vector.map((value) => value / length) : vector;
  });
}
