/** Pixels of one frame that are decoded; a large mammogram has 14 million. */
export const MAX_FRAME_PIXELS = 40_000_000;

/** Frames of a multi-frame image that are read: spread evenly over all. */
export const MAX_READ_FRAMES = 4;

/** Fragments of an encapsulated object that are looked at (PS3.5 A.4). */
export const MAX_FRAGMENTS = 100_000;
