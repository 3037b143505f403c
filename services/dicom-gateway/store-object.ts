/**
 * One C-STORE, from the first byte of its data set to its status. The bytes go to the object store behind a Part 10 header
 * as they come, the header is read on the way. `0000` is answered only when the object is durable and every event of it
 * is on Kafka, with what a rejection note names in the register; what will never be accepted becomes a dead letter first.
 */
import type { Header } from '../../core/dicom/header.ts';
import { type ImageCase, imageCases, imageReceived } from '../../core/dicom/image-received.ts';
import { type KeyImageRule, keyImageReason, marksKeyImages, objectKind } from '../../core/dicom/key-image.ts';
import type { NamedObjects } from '../../core/dicom/key-object.ts';
import { type ObjectClass, objectClass } from '../../core/dicom/object-class.ts';
import { DICOM_MEDIA_TYPE, part10Header } from '../../core/dicom/part10.ts';
import { isRefusedForGood, STATUS, storeStatusOf } from '../../core/dicom/status.ts';
import { requireUsableUids } from '../../core/dicom/usable-uids.ts';
import { codeOf, type ErrorCode, InterleaveError } from '../../core/errors.ts';
import type { SiteTable } from '../../core/radiology/case-key.ts';
import type { ImageReceived, ObjectRef, Rejection } from '../../core/radiology/events.ts';
import { isRejectionNote } from '../../core/radiology/rejections.ts';
import { UNKNOWN_CASE } from '../../platform/kafka/dead-letter.ts';
import type { ObjectStore, ObjectWriter } from '../../platform/object-store/object-store.ts';
import type { CallingPeer } from './calling-peer.ts';
import type { DataSetReceiver, StoreAnswer, StoreRequest } from './dimse-service.ts';
import type { KeyImageIndex } from './key-image-index.ts';
import { ReadHeader } from './read-header.ts';

export interface StoreObjectOptions {
  store: Pick<ObjectStore, 'writer' | 'note'>;
  /** resolves when the event is on Kafka with acks=all */
  publish(event: ImageReceived): Promise<void>;
  /** resolves when all of these are in the register of rejected objects with acks=all */
  reject(rejections: readonly Rejection[]): Promise<void>;
  /** resolves when the dead letter is on Kafka; `object` is null where the bytes were not kept, else it is in that case */
  deadLetter(code: ErrorCode, object: ObjectRef | null, caseId: string): Promise<void>;
  site: SiteTable;
  secret: Buffer;
  rule: KeyImageRule;
  memory: KeyImageIndex;
  /** objects of these classes are refused */
  refused: readonly ObjectClass[];
  /** what becomes of other bytes under a known SOP Instance UID */
  changed: 'store' | 'refuse';
  maxDataSetLength: number;
  maxDiscardedLength: number;
  /** told once for each object, also one that is refused unread, before its answer leaves */
  onStored(outcome: StoreOutcome): void;
  now(): number;
}

/** What became of one C-STORE. */
export interface StoreOutcome {
  answer: StoreAnswer;
  /** of the data set */
  bytes: number;
  /** empty where nothing was stored */
  caseIds: string[];
  from: CallingPeer;
  /** of what is refused for good: the name of its bytes in the object store, `<case id>/<sha256>`, where they were kept */
  deadLetter?: string;
}

export class StoreObject implements DataSetReceiver {
  readonly #options: StoreObjectOptions;
  readonly #request: StoreRequest;
  readonly #header: ReadHeader;
  #writer: ObjectWriter | null = null;
  #size = 0;
  /** the object's own fault: it is kept, to be looked at, and refused for good */
  #fault: InterleaveError | null = null;
  /** why the bytes are not written any more */
  #lost: unknown = null;
  #caseIds: string[] = [];
  #deadLetter: string | null = null;

  constructor(options: StoreObjectOptions, request: StoreRequest) {
    this.#options = options;
    this.#request = request;
    this.#header = new ReadHeader(request.sopClassUid, request.transferSyntaxUid, options.maxDataSetLength);
  }

  async write(bytes: Buffer): Promise<void> {
    this.#size += bytes.length;
    if (this.#size > this.#options.maxDataSetLength) await this.#refuseLength();
    if (this.#lost !== null) return;
    await this.#read(bytes);
    try {
      this.#writer ??= await this.#open();
      await this.#writer.write(bytes);
    } catch (error) {
      await this.#lose(error);
    }
  }

  /** Never rejects: whatever goes wrong has a status. */
  async finish(): Promise<StoreAnswer> {
    const answer = await this.#finish();
    await this.abort();
    const { peer = '', callingAeTitle, calledAeTitle } = this.#request;
    this.#options.onStored({
      answer,
      bytes: this.#size,
      caseIds: answer.code === null ? this.#caseIds : [],
      from: { peer, callingAeTitle, ...(calledAeTitle === undefined ? {} : { calledAeTitle }) },
      ...(this.#deadLetter === null ? {} : { deadLetter: this.#deadLetter }),
    });
    return answer;
  }

  async abort(): Promise<void> {
    this.#header.abort();
    const writer = this.#writer;
    this.#writer = null;
    await writer?.abort();
  }

  async #finish(): Promise<StoreAnswer> {
    try {
      if (this.#lost !== null) throw this.#lost;
      const { header, named } = this.#whole();
      await this.#keep(header, named);
      return { status: STATUS.SUCCESS, code: null, studyInstanceUid: header.studyInstanceUid };
    } catch (error) {
      return this.#refuse(error);
    }
  }

  async #open(): Promise<ObjectWriter> {
    const writer = await this.#options.store.writer();
    this.#writer = writer; // from here on it is to be aborted
    await writer.write(part10Header(this.#request));
    return writer;
  }

  async #read(bytes: Buffer): Promise<void> {
    if (this.#fault !== null) return;
    try {
      await this.#header.push(bytes);
    } catch (error) {
      this.#fault = asFault(error);
    }
  }

  /** What was read, where it is what the command said. */
  #whole(): { header: Header; named: NamedObjects } {
    if (this.#fault !== null) throw this.#fault;
    if (this.#writer === null) throw new InterleaveError('DICOM_DATA_SET_UNREADABLE', 'it is empty');
    const whole = this.#header.end();
    const { sopClassUid, sopInstanceUid } = whole.header;
    if (this.#options.refused.includes(objectClass(sopClassUid)))
      throw new InterleaveError('DICOM_SOP_CLASS_UNSUPPORTED');
    if (sopInstanceUid === '') throw new InterleaveError('DICOM_SOP_INSTANCE_UID_MISSING');
    if (sopInstanceUid !== this.#request.sopInstanceUid || sopClassUid !== this.#request.sopClassUid) {
      throw new InterleaveError('DICOM_DATA_SET_MISMATCH');
    }
    const { studyInstanceUid = whole.header.studyInstanceUid } = this.#request;
    if (studyInstanceUid !== whole.header.studyInstanceUid)
      throw new InterleaveError('DICOM_DATA_SET_MISMATCH', 'The object belongs to another study.');
    requireUsableUids(whole.header);
    return whole;
  }

  async #keep(header: Header, named: NamedObjects): Promise<void> {
    const { site, secret, memory, now } = this.#options;
    const { callingAeTitle, transferSyntaxUid } = this.#request;
    const cases = imageCases(header, callingAeTitle, site, secret);
    const receivedAt = now();
    const keyImage = await this.#keyImage(header);
    this.#caseIds = cases.map((one: ImageCase) => one.caseId);
    const object = await this.#commit(this.#caseIds);
    const known = memory.sha256Of(header.sopInstanceUid);
    const changed = known !== null && known !== object.sha256;
    if (changed && this.#options.changed === 'refuse')
      throw new ChangedObject(object, this.#caseIds[0] ?? '');
    const received = {
      header,
      callingAeTitle,
      transferSyntaxUid,
      named,
      keyImage,
      object,
      receivedAt,
      changed,
    };
    // The register is what a note acts by: it is there before the note is anywhere else, and before it is acknowledged.
    await this.#options.reject(rejectionsOf(header, named, receivedAt));
    const events = cases.map((one: ImageCase) => imageReceived(one, received));
    const receipt = { receivedAt, sender: callingAeTitle };
    await Promise.all([
      this.#options.store.note(this.#caseIds, object.sha256, receipt),
      this.#publish(header, named, events),
    ]);
  }

  /** What is remembered is written before what others remember is read: neither of two that come together is missed. */
  async #publish(header: Header, named: NamedObjects, events: ImageReceived[]): Promise<void> {
    const { memory, publish } = this.#options;
    const { sopInstanceUid } = header;
    const waits = objectKind(header) === 'IMAGE' && events[0]?.keyImage === 'NONE';
    const sha256 = events[0]?.object.sha256 ?? '';
    const remembered = memory.record(sopInstanceUid, sha256, waits ? events : []);
    await Promise.all([remembered, ...events.map(publish)]);
    const again: ImageReceived[] =
      waits && memory.isNamed(sopInstanceUid) ? events.map((event) => ({ ...event, keyImage: 'NAMED' })) : [];
    again.push(...(await this.#name(header, named)));
    await Promise.all(again.map(publish));
    await memory.clearPending(again.map((event) => event.sopInstanceUid));
  }

  async #keyImage(header: Header) {
    const { rule, memory } = this.#options;
    const { sopInstanceUid, seriesInstanceUid } = header;
    return keyImageReason(header, rule, {
      named: memory.isNamed(sopInstanceUid),
      placeInSeries: await memory.placeInSeries(seriesInstanceUid, sopInstanceUid, rule.seriesMaximum),
    });
  }

  /** What this object makes a key image after the fact. */
  async #name(header: Header, { references, titleCode }: NamedObjects): Promise<ImageReceived[]> {
    if (!marksKeyImages(header, this.#options.rule) || isRejectionNote(titleCode)) return [];
    return this.#options.memory.markNamed(references.map((reference) => reference.sopInstanceUid));
  }

  async #commit(caseIds: string[]): Promise<ObjectRef> {
    const writer = this.#writer;
    if (writer === null) throw new InterleaveError('OBJECT_STORE_UNAVAILABLE');
    this.#writer = null;
    return writer.commit(caseIds, DICOM_MEDIA_TYPE);
  }

  /** The status for an error; one that will come again each time is a dead letter before it is answered. */
  async #refuse(error: unknown): Promise<StoreAnswer> {
    const status = storeStatusOf(error);
    if (!isRefusedForGood(status)) return { status, code: codeOf(error) };
    try {
      const kept = error instanceof ChangedObject ? error.kept : await this.#keepUnknown();
      await this.#options.deadLetter(codeOf(error), kept?.object ?? null, kept?.caseId ?? UNKNOWN_CASE);
      if (kept !== null) this.#deadLetter = `${kept.caseId}/${kept.object.sha256}`;
      return { status, code: codeOf(error) };
    } catch (cause) {
      return { status: STATUS.OUT_OF_RESOURCES, code: codeOf(cause) };
    }
  }

  async #keepUnknown(): Promise<{ object: ObjectRef; caseId: string } | null> {
    if (this.#writer === null) return null;
    return { object: await this.#commit([UNKNOWN_CASE]), caseId: UNKNOWN_CASE };
  }

  async #refuseLength(): Promise<void> {
    if (this.#size > this.#options.maxDiscardedLength) throw new InterleaveError('DICOM_DATA_SET_TOO_LARGE');
    if (this.#lost === null) await this.#lose(new InterleaveError('DICOM_DATA_SET_TOO_LARGE'));
  }

  /** From here on the rest of the data set is read and thrown away. */
  async #lose(error: unknown): Promise<void> {
    this.#lost = error;
    await this.abort();
  }
}

function rejectionsOf(
  header: Header,
  { titleCode, rejected }: NamedObjects,
  rejectedAt: number,
): Rejection[] {
  const noteUid = header.sopInstanceUid;
  return rejected.map((sopInstanceUid) => ({ sopInstanceUid, noteUid, titleCode, rejectedAt }));
}

/** Other bytes under a known SOP Instance UID, which are kept in the case that they say they belong to. */
class ChangedObject extends InterleaveError {
  readonly kept: { object: ObjectRef; caseId: string };

  constructor(object: ObjectRef, caseId: string) {
    super('DICOM_INSTANCE_CHANGED');
    this.kept = { object, caseId };
  }
}

function asFault(error: unknown): InterleaveError {
  return error instanceof InterleaveError
    ? error
    : new InterleaveError('DICOM_DATA_SET_UNREADABLE', undefined, { cause: error });
}
