import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { chooseFrameForm, type FrameForm, isNativeLittleEndian } from '../../../core/dicomweb/frame-media.ts';
import { InterleaveError } from '../../../core/errors.ts';
import { littleEndianBytes } from '../../../core/imaging/frame-bytes.ts';
import { dicomPathOf, frameNumbers } from './dicom-path.ts';
import { type DicomPath, findImages, type IndexedImage } from './find-images.ts';
import { requireAllFrames } from './frame-source.ts';
import type { OpenedImage } from './frames.ts';
import { elementsOf, instancePath, PIXEL_DATA, valueAt } from './metadata.ts';
import { type AnswerPart, multipartAnswer } from './multipart-answer.ts';
import { acceptedBy, baseOf, DICOM_WEB, type DicomWebParts, limitRate } from './parts.ts';
import { openStoredObject } from './stored-object.ts';

type Request = FastifyRequest<{ Params: Partial<DicomPath> & { list?: string; '*'?: string } }>;

const INSTANCE = `${DICOM_WEB}/studies/:study/series/:series/instances/:instance`;
const OCTETS = 'application/octet-stream';

/** WADO-RS: frames and bulk data (PS3.18 10.4.1.1.5, 10.4.1.1.6). */
export function addFrameRoutes(server: FastifyInstance, parts: DicomWebParts): void {
  server.get(`${INSTANCE}/frames/:list`, async (request: Request, reply) => {
    limitRate(parts.objectRate, request);
    const numbers = frameNumbers(request.params.list ?? '');
    return sendFrames(parts, request, reply, () => numbers);
  });
  server.get(`${INSTANCE}/bulkdata/*`, async (request: Request, reply) => {
    limitRate(parts.objectRate, request);
    const path = (request.params['*'] ?? '').split('/');
    if (path.length === 1 && path[0] === PIXEL_DATA)
      return sendFrames(parts, request, reply, ({ places }) =>
        Array.from({ length: requireAllFrames(places) }, (_, i) => i + 1),
      );
    return sendValue(parts, request, reply, path);
  });
}

async function sendFrames(
  parts: DicomWebParts,
  request: Request,
  reply: FastifyReply,
  chosen: (opened: OpenedImage) => number[],
): Promise<FastifyReply> {
  const image = await onlyImage(parts, request);
  const opened = await parts.frames.open(image);
  const count = opened.places.pixel.frames;
  const numbers = chosen(opened);
  if (numbers.some((number) => number > count)) throw new InterleaveError('INSTANCE_NOT_FOUND');
  const form = chooseFrameForm(acceptedBy(request), opened.object.transferSyntaxUid, numbers.length);
  if (form === null) throw new InterleaveError('NOT_ACCEPTABLE');
  parts.audit.retrieved([image.caseId], 'frames');
  // The first is read before anything is said: one that cannot be decoded is an error, and no answer that breaks off.
  const first = await frameBytes(parts, opened, numbers[0] ?? 1, form);
  if (form.bare) return reply.type(form.contentType).send(first);
  const type = form.contentType.split(';')[0] ?? OCTETS;
  const base = `${baseOf(parts, request)}${instancePath(image)}`;
  const { contentType, body } = multipartAnswer(type, frameParts(parts, opened, numbers, form, base, first));
  return reply.type(contentType).send(body);
}

async function* frameParts(
  parts: DicomWebParts,
  opened: OpenedImage,
  numbers: readonly number[],
  form: FrameForm,
  base: string,
  first: Buffer,
): AsyncGenerator<AnswerPart> {
  for (const [position, number] of numbers.entries()) {
    const bytes = position === 0 ? first : await frameBytes(parts, opened, number, form);
    yield { contentType: form.contentType, location: `${base}/frames/${number}`, body: [bytes] };
  }
}

async function frameBytes(
  { frames }: DicomWebParts,
  opened: OpenedImage,
  number: number,
  { decoded }: FrameForm,
): Promise<Buffer> {
  if (decoded) return frames.decoded(opened, number, null);
  const { bytes, firstBit } = await frames.stored(opened, number);
  const { pixel } = opened.places;
  return isNativeLittleEndian(opened.object.transferSyntaxUid)
    ? littleEndianBytes({ bytes, firstBit, littleEndian: true, pixel })
    : bytes;
}

async function sendValue(
  parts: DicomWebParts,
  request: Request,
  reply: FastifyReply,
  path: readonly string[],
): Promise<FastifyReply> {
  const image = await onlyImage(parts, request);
  const range = acceptedBy(request).find(({ type }) => ['*/*', 'application/*', OCTETS].includes(type));
  if (range === undefined) throw new InterleaveError('NOT_ACCEPTABLE', `Available: ${OCTETS}.`);
  const value = valueAt(elementsOf(await openStoredObject(parts.objects, image)), path);
  parts.audit.retrieved([image.caseId], 'bulkdata');
  if (!range.multipart && range.type === OCTETS) return reply.type(OCTETS).send(value);
  const { contentType, body } = multipartAnswer(OCTETS, onePart(value));
  return reply.type(contentType).send(body);
}

async function* onePart(value: Buffer): AsyncGenerator<AnswerPart> {
  yield { contentType: OCTETS, body: [value] };
}

export async function onlyImage({ index }: DicomWebParts, request: Request): Promise<IndexedImage> {
  const [image] = await findImages(index, dicomPathOf(request.params));
  if (image === undefined) throw new InterleaveError('INSTANCE_NOT_FOUND');
  return image;
}
