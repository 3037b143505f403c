import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { DICOM_MEDIA_TYPE } from '../../../core/dicom/part10.ts';
import type { JsonDataSet } from '../../../core/dicomweb/json-model.ts';
import { dicomJson } from '../../../core/dicomweb/json-text.ts';
import type { MediaRange } from '../../../core/dicomweb/media-type.ts';
import { takes } from '../../../core/dicomweb/media-type.ts';
import { InterleaveError } from '../../../core/errors.ts';
import { dicomPathOf } from './dicom-path.ts';
import { type DicomPath, findImages, type IndexedImage } from './find-images.ts';
import { inOrder } from './in-order.ts';
import { HEADERS_AT_ONCE } from './limits.ts';
import { instancePath, readMetadata } from './metadata.ts';
import { type AnswerPart, multipartAnswer } from './multipart-answer.ts';
import { acceptedBy, baseOf, DICOM_WEB, type DicomWebParts, jsonTypeFor, limitRate } from './parts.ts';
import { openStoredObject } from './stored-object.ts';

type Request = FastifyRequest<{ Params: Partial<DicomPath> }>;

const RESOURCES = [
  '/studies/:study',
  '/studies/:study/series/:series',
  '/studies/:study/series/:series/instances/:instance',
];

/** WADO-RS: objects as they are stored, and their metadata (PS3.18 10.4.1.1.1, 10.4.1.1.2). */
export function addRetrieveRoutes(server: FastifyInstance, parts: DicomWebParts): void {
  for (const path of RESOURCES) {
    server.get<{ Params: Partial<DicomPath> }>(`${DICOM_WEB}${path}`, (request, reply) =>
      sendObjects(parts, request, reply),
    );
    server.get<{ Params: Partial<DicomPath> }>(`${DICOM_WEB}${path}/metadata`, (request, reply) =>
      sendMetadata(parts, request, reply),
    );
  }
}

async function sendObjects(
  parts: DicomWebParts,
  request: Request,
  reply: FastifyReply,
): Promise<FastifyReply> {
  limitRate(parts.objectRate, request);
  const place = dicomPathOf(request.params);
  const range = acceptedBy(request).find((one) => takes(one, DICOM_MEDIA_TYPE));
  if (range === undefined) throw new InterleaveError('NOT_ACCEPTABLE', `Available: ${DICOM_MEDIA_TYPE}.`);
  const images = await findImages(parts.index, place);
  const syntaxes = await transferSyntaxes(parts, images, range);
  parts.audit.retrieved(caseIdsOf(images), 'objects');
  const [only] = images;
  if (range.type === DICOM_MEDIA_TYPE && !range.multipart && only !== undefined && images.length === 1)
    return reply.type(DICOM_MEDIA_TYPE).send(await parts.objects.open(only.caseId, only.object.sha256));
  const { contentType, body } = multipartAnswer(
    DICOM_MEDIA_TYPE,
    objectParts(parts, images, syntaxes, baseOf(parts, request)),
  );
  return reply.type(contentType).send(body);
}

/** Each object's own: nothing is sent before all of them are known to be acceptable, and there. */
async function transferSyntaxes(
  { objects }: DicomWebParts,
  images: readonly IndexedImage[],
  { transferSyntax }: MediaRange,
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const read = async (image: IndexedImage) => ({ image, object: await openStoredObject(objects, image) });
  for await (const { image, object } of inOrder(images, HEADERS_AT_ONCE, read)) {
    const { transferSyntaxUid } = object;
    if (transferSyntax !== null && transferSyntax !== '*' && transferSyntax !== transferSyntaxUid)
      throw new InterleaveError('NOT_ACCEPTABLE', 'The object is stored in another transfer syntax.');
    found.set(image.instance, transferSyntaxUid);
  }
  return found;
}

async function* objectParts(
  { objects }: DicomWebParts,
  images: readonly IndexedImage[],
  syntaxes: ReadonlyMap<string, string>,
  base: string,
): AsyncGenerator<AnswerPart> {
  for (const image of images)
    yield {
      contentType: `${DICOM_MEDIA_TYPE}; transfer-syntax=${syntaxes.get(image.instance)}`,
      location: `${base}${instancePath(image)}`,
      body: (await objects.open(image.caseId, image.object.sha256)) as AsyncIterable<Buffer>,
    };
}

async function sendMetadata(
  parts: DicomWebParts,
  request: Request,
  reply: FastifyReply,
): Promise<FastifyReply> {
  limitRate(parts.objectRate, request);
  const type = jsonTypeFor(request);
  const images = await findImages(parts.index, dicomPathOf(request.params));
  parts.audit.retrieved(caseIdsOf(images), 'metadata');
  const base = baseOf(parts, request);
  const all = inOrder(images, HEADERS_AT_ONCE, (image) => readMetadata(parts.objects, image, base));
  // The first is awaited here: what cannot be read at all is an error, and no answer that breaks off.
  const first = await all.next();
  const body = Readable.from(jsonArray(first, all), { objectMode: false });
  return reply.type(type).send(body);
}

async function* jsonArray(
  first: IteratorResult<JsonDataSet>,
  rest: AsyncGenerator<JsonDataSet>,
): AsyncGenerator<string> {
  yield '[';
  if (first.done !== true) yield dicomJson(first.value);
  for await (const one of rest) yield `,${dicomJson(one)}`;
  yield ']';
}

function caseIdsOf(images: readonly IndexedImage[]): string[] {
  return [...new Set(images.map(({ caseId }) => caseId))];
}
