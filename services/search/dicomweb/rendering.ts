import type { MediaRange } from '../../../core/dicomweb/media-type.ts';
import { takes } from '../../../core/dicomweb/media-type.ts';
import { InterleaveError } from '../../../core/errors.ts';
import type { Window } from '../../../core/imaging/window.ts';
import type { Rendering } from './decode-thread.ts';
import { MAX_VIEWPORT } from './limits.ts';

/**
 * How a frame is to be rendered (PS3.18 8.3.5): JPEG or PNG, `window=centre,width,function`, `viewport=width,height`
 * (without cropping), `quality`. An annotation is none of ours to burn in, and asked for in vain.
 * @throws InterleaveError QUERY_INVALID, NOT_ACCEPTABLE
 */
export function parseRendering(accepted: readonly MediaRange[], parameters: URLSearchParams): Rendering {
  return {
    mediaType: mediaTypeOf(accepted),
    window: windowOf(parameters.get('window')),
    viewport: viewportOf(parameters.get('viewport')),
    quality: qualityOf(parameters.get('quality')),
  };
}

function mediaTypeOf(accepted: readonly MediaRange[]): Rendering['mediaType'] {
  for (const range of accepted) {
    if (range.multipart) continue;
    if (takes(range, 'image/jpeg')) return 'image/jpeg';
    if (takes(range, 'image/png')) return 'image/png';
  }
  throw new InterleaveError('NOT_ACCEPTABLE', 'Rendered images are image/jpeg or image/png.');
}

const SHAPES: ReadonlyMap<string, Window['shape']> = new Map<string, Window['shape']>([
  ['', 'LINEAR'],
  ['linear', 'LINEAR'],
  ['linear-exact', 'LINEAR_EXACT'],
  ['sigmoid', 'SIGMOID'],
]);

function windowOf(value: string | null): Window | null {
  if (value === null) return null;
  const [centre, width, shape = ''] = value.split(',').map((one) => one.trim());
  const window = {
    centre: Number(centre || Number.NaN),
    width: Number(width || Number.NaN),
    shape: SHAPES.get(shape.toLowerCase()),
  };
  const { shape: known } = window;
  if (!Number.isFinite(window.centre) || !(window.width >= 1) || known === undefined)
    throw new InterleaveError('QUERY_INVALID', 'window is centre, width (1 or more) and function.');
  return { ...window, shape: known };
}

function viewportOf(value: string | null): Rendering['viewport'] {
  if (value === null) return null;
  const [width, height, ...others] = value.split(',').map(Number);
  const isSide = (side: number | undefined): side is number =>
    Number.isInteger(side) && Number(side) >= 1 && Number(side) <= MAX_VIEWPORT;
  if (!isSide(width) || !isSide(height) || others.length > 0)
    throw new InterleaveError('QUERY_INVALID', 'viewport is width and height.');
  return { width, height };
}

function qualityOf(value: string | null): number {
  if (value === null) return 85;
  if (!/^\d{1,3}$/.test(value) || Number(value) < 1 || Number(value) > 100)
    throw new InterleaveError('QUERY_INVALID', 'quality is 1 to 100.');
  return Number(value);
}
