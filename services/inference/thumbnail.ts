import sharp from 'sharp';
import { averageBlocks } from '../../core/imaging/average-blocks.ts';
import type { DisplayImage } from '../../core/imaging/display-image.ts';
import { THUMBNAIL_SIZE } from './limits.ts';

export const THUMBNAIL_MEDIA_TYPE = 'image/jpeg';

/** What a thumbnail is made of: the means of whole blocks, less than twice as long as the thumbnail, or the image itself. */
export function preview(image: DisplayImage): DisplayImage {
  const block = Math.max(1, Math.floor(Math.max(image.width, image.height) / THUMBNAIL_SIZE));
  return averageBlocks(image, block, block);
}

/** A JPEG of a preview, at most `THUMBNAIL_SIZE` pixels on its longer side, its proportions kept; grey where the image is. */
export function thumbnail({ width, height, channels, data }: DisplayImage): Promise<Buffer> {
  return sharp(data, { raw: { width, height, channels } })
    .resize({ width: THUMBNAIL_SIZE, height: THUMBNAIL_SIZE, fit: 'inside', withoutEnlargement: true })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .jpeg({ quality: 85 })
    .toBuffer();
}
