import type avro from 'avsc';
import { InterleaveError } from '../../core/errors.ts';
import { checkLengths } from './check-lengths.ts';
import { SchemaStore } from './schema-store.ts';

/** Writes and reads one kind of event in the Confluent wire format: 0, schema id (4 bytes, big endian), Avro binary. */
export interface Codec<T> {
  encode(value: T): Buffer;
  /** Reads what any registered version wrote. Throws `EVENT_UNREADABLE`. */
  decode(bytes: Buffer): T;
}

const MAGIC = 0;
const HEADER_BYTES = 5;

/** No record of ours is larger, so that a broken length cannot make the decoder allocate without bound. */
const MAX_EVENT_BYTES = 8 * 1024 * 1024;

export function codec<T>(event: string, store: SchemaStore = defaultStore()): Codec<T> {
  const writer = store.newest(event);
  const reader = store.current(event).type;
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt8(MAGIC, 0);
  header.writeUInt32BE(writer.id, 1);
  const resolvers = new Map<number, avro.Resolver | null>();

  const resolverFor = (id: number): avro.Resolver | null => {
    const known = resolvers.get(id);
    if (known !== undefined) return known;
    const registered = store.byId(id);
    if (registered.event !== event)
      throw new InterleaveError(
        'EVENT_UNREADABLE',
        `Schema id ${id} is of ${registered.event}, not ${event}.`,
      );
    const resolver = id === writer.id ? null : reader.createResolver(registered.type);
    resolvers.set(id, resolver);
    return resolver;
  };

  return {
    encode(value) {
      try {
        return Buffer.concat([header, writer.type.toBuffer(value)]);
      } catch (cause) {
        // What avsc says quotes the value, which may be of a patient.
        throw new InterleaveError('INTERNAL', `A value does not fit the schema of ${event}.`, { cause });
      }
    },
    decode(bytes) {
      if (bytes.length < HEADER_BYTES || bytes.length > MAX_EVENT_BYTES || bytes.readUInt8(0) !== MAGIC)
        throw new InterleaveError('EVENT_UNREADABLE');
      const resolver = resolverFor(bytes.readUInt32BE(1));
      try {
        const body = bytes.subarray(HEADER_BYTES);
        checkLengths(store.byId(bytes.readUInt32BE(1)).type, body);
        return (resolver === null ? writer.type.fromBuffer(body) : reader.fromBuffer(body, resolver)) as T;
      } catch (cause) {
        throw new InterleaveError('EVENT_UNREADABLE', undefined, { cause });
      }
    },
  };
}

let shared: SchemaStore | undefined;

function defaultStore(): SchemaStore {
  shared ??= new SchemaStore();
  return shared;
}
