/** An image as a screen shows it: 8 bits a sample, rows from the top, grey (0 is black) or RGB interleaved. */
export interface DisplayImage {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  /** width × height × channels */
  readonly data: Uint8Array;
}
