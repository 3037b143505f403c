import type { CaseView, ImageView } from './api.ts';
import { byPicture, openingImage } from './pictured-images.ts';
import { describe, Thumbnail } from './thumbnail.tsx';
import { plural } from './words.ts';

/**
 * The image that is looked at, and all images of the case below it, folded together those without a picture. An image that
 * was taken away leaves a note.
 */
export function CaseImages({
  detail,
  shown,
  fresh,
  onShow,
}: {
  detail: CaseView;
  /** id of the image that is looked at; null for the one that a case opens with */
  shown: string | null;
  /** ids of the images that the reader has not seen yet */
  fresh: ReadonlySet<string>;
  onShow(id: string): void;
}) {
  const image =
    shown === null
      ? (openingImage(detail.images) ?? undefined)
      : detail.images.find((candidate) => candidate.id === shown);
  const { told, pictureless } = byPicture(detail.images);
  const withheld = detail.standing === 'RECONCILIATION';
  return (
    <section class="images" aria-label="Images">
      {image === undefined && shown !== null && (
        <p class="nothing taken">
          The image that stood here is no longer shown: it was taken away from the case, or is withheld.
        </p>
      )}
      {detail.images.length === 0 && (
        <p class="nothing">
          {withheld ? WITHHELD : shown === null ? 'No images have come.' : 'No image is left.'}
        </p>
      )}
      {image !== undefined && (
        <figure>
          <Thumbnail key={image.thumbnail ?? image.id} image={image} lazy={false} />
          <figcaption>
            {describe(image)}
            {image.marked && <span class="flag">key image</span>}
            {fresh.has(image.id) && <span class="flag fresh">new</span>}
          </figcaption>
        </figure>
      )}
      {(detail.images.length > 1 || (image === undefined && detail.images.length > 0)) && (
        <>
          {told.length > 0 && <Strip images={told} shown={image?.id ?? null} fresh={fresh} onShow={onShow} />}
          {pictureless.length > 0 && (
            <details class="pictureless">
              <summary>{plural(pictureless.length, 'image')} without a picture</summary>
              <p class="hint">
                Of a large series, key images and those that a report cites have a picture here.
              </p>
              <Strip images={pictureless} shown={image?.id ?? null} fresh={fresh} onShow={onShow} />
            </details>
          )}
        </>
      )}
    </section>
  );
}

const WITHHELD =
  'Images are withheld: they came under this accession number, but name another patient than the report. ' +
  'No image of this case is shown until this is resolved.';

function Strip({
  images,
  shown,
  fresh,
  onShow,
}: {
  images: readonly ImageView[];
  shown: string | null;
  fresh: ReadonlySet<string>;
  onShow(id: string): void;
}) {
  return (
    <ul class="strip">
      {images.map((image) => (
        <li key={image.id}>
          <button
            type="button"
            aria-pressed={image.id === shown}
            aria-label={`Show ${describe(image)}${fresh.has(image.id) ? ', new' : ''}`}
            class={fresh.has(image.id) ? 'fresh' : undefined}
            onClick={() => onShow(image.id)}
          >
            <Thumbnail key={image.thumbnail ?? image.id} image={image} />
          </button>
        </li>
      ))}
    </ul>
  );
}
