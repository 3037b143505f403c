import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import type { DisplayImage } from '../../../core/imaging/display-image.ts';
import { THUMBNAIL_SIZE } from '../../../services/inference/limits.ts';
import { preview, thumbnail } from '../../../services/inference/thumbnail.ts';

/** Dark on the left, bright on the right. */
const halves = (width: number, height: number, channels: 1 | 3): DisplayImage => ({
  width,
  height,
  channels,
  data: Uint8Array.from({ length: width * height * channels }, (_, i) =>
    Math.floor(i / channels) % width < width / 2 ? 20 : 220,
  ),
});

test('a thumbnail keeps proportions and tones, grey or coloured, and is never larger than the image', async () => {
  for (const [width, height, channels, wide, high] of [
    [3000, 1500, 1, 256, 128],
    [512, 512, 1, 256, 256],
    [300, 700, 3, 110, 256],
    [40, 30, 1, 40, 30],
  ] as const) {
    const image = halves(width, height, channels);
    const jpeg = await thumbnail(preview(image));
    const seen = await sharp(jpeg).metadata();
    assert.deepEqual([seen.width, seen.height, seen.channels], [wide, high, channels]);
    const pixels = await sharp(jpeg).toColourspace('b-w').raw().toBuffer();
    const middle = Math.floor(high / 2) * wide;
    assert.ok(Math.abs((pixels[middle + 2] ?? 0) - 20) < 6);
    assert.ok(Math.abs((pixels[middle + wide - 2] ?? 0) - 220) < 6);
  }
});

test('what goes to the next thread is less than twice as long as a thumbnail', () => {
  for (const size of [10, 255, 256, 511, 512, 1023, 5000]) {
    const { width } = preview(halves(size, 7, 1));
    assert.ok(width < 2 * THUMBNAIL_SIZE && width <= size, `${size}: ${width}`);
  }
});
