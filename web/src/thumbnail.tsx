import { useState } from 'preact/hooks';
import type { ImageView } from './api.ts';

/** A key image, small; without pixels it says why. */
export function Thumbnail({ image, lazy = true }: { image: ImageView; lazy?: boolean }) {
  const [broken, setBroken] = useState(false);
  if (image.thumbnail === null || broken)
    return (
      <span class="thumbnail none" role="img" aria-label="No picture">
        <span>
          {image.problem === null ? 'No picture' : image.problem.replaceAll('_', ' ').toLowerCase()}
        </span>
      </span>
    );
  return (
    <img
      class="thumbnail"
      src={image.thumbnail}
      alt={describe(image)}
      title={describe(image)}
      loading={lazy ? 'lazy' : 'eager'}
      decoding="async"
      onError={() => setBroken(true)}
    />
  );
}

export function describe(image: ImageView): string {
  const place = [
    image.seriesNumber === null ? '' : `series ${image.seriesNumber}`,
    image.instanceNumber === null ? '' : `image ${image.instanceNumber}`,
    image.frame > 1 ? `frame ${image.frame}` : '',
  ].filter((part) => part !== '');
  return [[image.modality, image.view].filter((part) => part !== '').join(' '), place.join(', ')]
    .filter((part) => part !== '')
    .join(' · ');
}
