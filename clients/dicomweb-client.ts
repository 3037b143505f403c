/** QIDO-RS and WADO-RS as a client (PS3.18 10.6, 10.4). */
import { boundaryOf, parseMediaType } from '../core/dicomweb/media-type.ts';
import { MultipartReader } from '../core/dicomweb/multipart-reader.ts';
import { codeOf, InterleaveError } from '../core/errors.ts';
import type { HttpAnswer, HttpSource } from './http-source.ts';
import { MAX_QIDO_BYTES, MAX_QIDO_VALUE, QIDO_PAGE } from './limits.ts';

/** One result: the texts of its values by tag, eight hexadecimal digits. */
export type QidoResult = (tag: string) => string[];

export interface QidoAnswer {
  results: QidoResult[];
  /** false where there are more, or may be */
  complete: boolean;
}

export interface QidoQuery {
  keyTag: string;
  tags?: readonly string[];
  /** results that are taken */
  most: number;
  signal: AbortSignal;
}

/** Takes the parts of a WADO-RS answer, one after the other. */
export interface PartReceiver {
  write(bytes: Buffer): Promise<void>;
  finish(): Promise<void>;
  abort(): Promise<void>;
}

export class DicomwebClient {
  readonly #source: HttpSource;

  constructor(source: HttpSource) {
    this.#source = source;
  }

  /**
   * Page after page until one holds nothing new: a server may give fewer results than were asked for, and have more. Rejects with
   * DICOM_QUERY_BUSY where the server refuses so many, DICOMWEB_ANSWER_INVALID, DICOMWEB_DENIED, DICOMWEB_REFUSED, and as
   * `HttpSource.get` does. `keyTag` is what no two results have in common; of a result that and `tags` are kept, since there may be
   * a hundred thousand, and servers put a whole header into each.
   */
  async query(
    path: string,
    parameters: Readonly<Record<string, string>>,
    { keyTag, tags = [], most, signal }: QidoQuery,
  ): Promise<QidoAnswer> {
    const results = new Map<string, QidoResult>();
    let previous = 0;
    for (let offset = 0; ; offset += previous) {
      const limit = Math.min(QIDO_PAGE, most + 1 - results.size);
      const search = new URLSearchParams({ ...parameters, limit: String(limit), offset: String(offset) });
      const page = await this.#page(`${path}?${search}`, signal);
      const known = results.size;
      for (const one of page) {
        const result = kept(one, [keyTag, ...tags]);
        results.set(result(keyTag)[0] ?? '', result);
      }
      if (results.size > most) return { results: [...results.values()].slice(0, most), complete: false };
      // A full page again, and nothing new: the server does not page.
      if (results.size === known)
        return { results: [...results.values()], complete: page.length === 0 || previous !== QIDO_PAGE };
      previous = page.length;
    }
  }

  /**
   * The objects of a study, a series or an instance, as they are stored. Rejects with DICOM_RETRIEVE_FAILED where not all
   * are there, DICOMWEB_UNAVAILABLE where the answer is cut off, DICOMWEB_DENIED, DICOMWEB_REFUSED, DICOMWEB_ANSWER_INVALID, and with
   * what the receiver of a part rejects with.
   */
  async retrieve(path: string, receiver: () => PartReceiver, signal: AbortSignal): Promise<void> {
    const answer = await this.#source.get(path, RETRIEVED, signal);
    if (answer.status === 404 || answer.status === 410) {
      await drop(answer);
      throw new InterleaveError('DICOM_RETRIEVE_FAILED', `The server answered ${answer.status}.`);
    }
    await requireOk(answer);
    const media = parseMediaType(answer.contentType);
    const boundary = media?.type === 'multipart/related' ? boundaryOf(media) : null;
    if (media?.type === 'application/dicom') await readWhole(answer.body, receiver());
    else if (boundary !== null) await readParts(answer.body, new MultipartReader(boundary), receiver);
    else {
      await drop(answer);
      throw invalid('It is neither multipart/related nor application/dicom.');
    }
    // PS3.18 Table 10.4.3-1: some could not be given.
    if (answer.status === 206) throw new InterleaveError('DICOM_RETRIEVE_FAILED', 'The server answered 206.');
  }

  async #page(path: string, signal: AbortSignal): Promise<QidoResult[]> {
    const answer = await this.#source.get(path, 'application/dicom+json', signal);
    if (answer.status === 204) {
      await drop(answer);
      return [];
    }
    if (answer.status === 413) {
      await drop(answer);
      throw new InterleaveError('DICOM_QUERY_BUSY', 'The server answered 413.');
    }
    await requireOk(answer);
    return resultsIn(await textOf(answer.body));
  }
}

/** Any transfer syntax: an object is taken as it is stored (PS3.18 8.7.3.5.2). */
const RETRIEVED = 'multipart/related; type="application/dicom"; transfer-syntax=*';

async function requireOk(answer: HttpAnswer): Promise<void> {
  const { status } = answer;
  if (status === 200 || status === 206) return;
  await drop(answer);
  const detail = `It answered ${status}.`;
  if (status === 401 || status === 403) throw new InterleaveError('DICOMWEB_DENIED', detail);
  throw new InterleaveError(status >= 500 ? 'DICOMWEB_UNAVAILABLE' : 'DICOMWEB_REFUSED', detail);
}

/** Ends the request without reading what it answered. */
async function drop({ body }: HttpAnswer): Promise<void> {
  for await (const _ of body) return;
}

async function textOf(body: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const bytes of body) {
    length += bytes.length;
    if (length > MAX_QIDO_BYTES) throw invalid('It is too large.');
    parts.push(bytes);
  }
  return Buffer.concat(parts).toString('utf8');
}

function resultsIn(text: string): QidoResult[] {
  const parsed = text.trim() === '' ? [] : parse(text);
  if (!Array.isArray(parsed)) throw invalid('It is no list.');
  return parsed.map((one: unknown) => (tag) => valuesOf(one, tag));
}

function kept(result: QidoResult, tags: readonly string[]): QidoResult {
  const values = new Map(
    tags.map((tag) => {
      let room = MAX_QIDO_VALUE;
      const fitting = result(tag).filter((value) => {
        room -= value.length;
        return room >= 0;
      });
      return [tag, fitting];
    }),
  );
  return (tag) => values.get(tag) ?? [];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InterleaveError('DICOMWEB_ANSWER_INVALID', 'It is no JSON.', { cause });
  }
}

/** PS3.18 F.2.2; none where the element is absent, empty or something else. */
function valuesOf(dataSet: unknown, tag: string): string[] {
  const element = memberOf(dataSet, tag);
  const values = memberOf(element, 'Value');
  if (!Array.isArray(values)) return [];
  return values.filter((value) => typeof value === 'string' || typeof value === 'number').map(String);
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

async function readParts(
  body: AsyncIterable<Buffer>,
  reader: MultipartReader,
  receiver: () => PartReceiver,
): Promise<void> {
  let part: PartReceiver | null = null;
  try {
    for await (const bytes of body)
      for (const event of reader.push(bytes)) {
        if (event.kind === 'part') part = receiver();
        else if (event.kind === 'data') await part?.write(event.bytes);
        else {
          await part?.finish();
          part = null;
        }
      }
    reader.end();
  } catch (error) {
    await part?.abort();
    if (codeOf(error) !== 'MULTIPART_INVALID') throw error;
    throw new InterleaveError('DICOMWEB_UNAVAILABLE', 'The answer is cut off.', { cause: error });
  }
}

async function readWhole(body: AsyncIterable<Buffer>, part: PartReceiver): Promise<void> {
  try {
    for await (const bytes of body) await part.write(bytes);
    await part.finish();
  } catch (error) {
    await part.abort();
    throw error;
  }
}

function invalid(detail: string): InterleaveError {
  return new InterleaveError('DICOMWEB_ANSWER_INVALID', detail);
}
