import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { parseAccept } from '../../../core/dicomweb/media-type.ts';
import { InterleaveError } from '../../../core/errors.ts';
import { dicomPathOf, frameNumbers, parametersOf } from './dicom-path.ts';
import { type DicomPath, findImages, type IndexedImage } from './find-images.ts';
import { onlyImage } from './frame-routes.ts';
import { THUMBNAIL_SIZE } from './limits.ts';
import { acceptedBy, DICOM_WEB, type DicomWebParts, limitRate } from './parts.ts';
import { parseRendering } from './rendering.ts';

type Request = FastifyRequest<{ Params: Partial<DicomPath> & { frame?: string } }>;

const SERIES = `${DICOM_WEB}/studies/:study/series/:series`;
const INSTANCE = `${SERIES}/instances/:instance`;

/** WADO-RS: one frame as a screen shows it, and small (PS3.18 10.4.1.1.3, 10.4.1.1.4). */
export function addRenderedRoutes(server: FastifyInstance, parts: DicomWebParts): void {
  for (const path of [`${INSTANCE}/rendered`, `${INSTANCE}/frames/:frame/rendered`])
    server.get(path, (request: Request, reply) => sendRendered(parts, request, reply));
  for (const path of [
    `${DICOM_WEB}/studies/:study/thumbnail`,
    `${SERIES}/thumbnail`,
    `${INSTANCE}/thumbnail`,
    `${INSTANCE}/frames/:frame/thumbnail`,
  ])
    server.get(path, (request: Request, reply) => sendThumbnail(parts, request, reply));
}

async function sendRendered(
  parts: DicomWebParts,
  request: Request,
  reply: FastifyReply,
): Promise<FastifyReply> {
  limitRate(parts.rate, request);
  const rendering = parseRendering(acceptedBy(request), parametersOf(request.url));
  const image = await onlyImage(parts, request);
  parts.audit.retrieved([image.caseId], 'rendered');
  const opened = await parts.frames.open(image);
  const frame = frameOf(request) ?? defaultFrame(opened.places.pixel);
  return reply.type(rendering.mediaType).send(await parts.frames.decoded(opened, frame, rendering));
}

/** The thumbnail that inference made, else one of the first object or frame. */
async function sendThumbnail(
  parts: DicomWebParts,
  request: Request,
  reply: FastifyReply,
): Promise<FastifyReply> {
  limitRate(parts.rate, request);
  const { mediaType } = parseRendering(acceptedBy(request), new URLSearchParams());
  const images = await findImages(parts.index, dicomPathOf(request.params));
  const frame = frameOf(request);
  const kept = frame === null && mediaType === 'image/jpeg' ? images.find(hasThumbnail) : undefined;
  const image = kept ?? images[0];
  if (image === undefined) throw new InterleaveError('INSTANCE_NOT_FOUND');
  parts.audit.retrieved([image.caseId], 'thumbnail');
  const [own] = frame === null ? image.thumbnails.values() : [image.thumbnails.get(frame)];
  if (own?.media_type === mediaType)
    return reply.type(own.media_type).send(await parts.objects.read(image.caseId, own.sha256));
  const opened = await parts.frames.open(image);
  const small = {
    ...parseRendering(parseAccept(mediaType), new URLSearchParams()),
    viewport: { width: THUMBNAIL_SIZE, height: THUMBNAIL_SIZE },
  };
  const shown = frame ?? defaultFrame(opened.places.pixel);
  return reply.type(mediaType).send(await parts.frames.decoded(opened, shown, small));
}

function hasThumbnail({ thumbnails }: IndexedImage): boolean {
  return thumbnails.size > 0;
}

/** (0028,6010) where the object names one, else the first. */
function defaultFrame({
  representativeFrame,
  frames,
}: {
  representativeFrame: number | null;
  frames: number;
}): number {
  const named = representativeFrame ?? 1;
  return named >= 1 && named <= frames ? named : 1;
}

function frameOf({ params: { frame } }: Request): number | null {
  return frame === undefined ? null : (frameNumbers(frame)[0] ?? null);
}
