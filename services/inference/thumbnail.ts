import sharp from 'sharp';
import type { DisplayImage } from '../../core/imaging/display-image.ts';
import { THUMBNAIL_SIZE } from './limits.ts';

export const THUMBNAIL_MEDIA_TYPE = 'image/jpeg';

/** A JPEG of the image, at most `THUMBNAIL_SIZE` pixels on its longer side, its proportions kept. */
export function thumbnail({ width, height, channels, data }: DisplayImage): Promise<Buffer> {
  return sharp(data, { raw: { width, height, channels } })
    .resize({ width: THUMBNAIL_SIZE, height: THUMBNAIL_SIZE, fit: 'inside', withoutEnlargement: true })
    .jpeg({ quality: 85 })
    .toBuffer();
}
