import type { ImageView } from './api.ts';

type Pictured = Pick<ImageView, 'id' | 'thumbnail' | 'problem'>;

/** The image that a case opens with: the first that has a picture, else the first; null where there is none. */
export function openingImage<Image extends Pictured>(images: readonly Image[]): Image | null {
  return images.find(({ thumbnail }) => thumbnail !== null) ?? images[0] ?? null;
}

/** Images with a picture or a reason why they have none, and the others, both in their order: a CT can have hundreds of these. */
export function byPicture<Image extends Pictured>(
  images: readonly Image[],
): { told: readonly Image[]; pictureless: readonly Image[] } {
  const isTold = ({ thumbnail, problem }: Image) => thumbnail !== null || problem !== null;
  return { told: images.filter(isTold), pictureless: images.filter((image) => !isTold(image)) };
}
