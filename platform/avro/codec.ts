import type avro from 'avsc';
import { InterleaveError } from '../../core/errors.ts';
import { checkLengths } from './check-lengths.ts';
import { MAX_EVENT_BYTES } from './limits.ts';
import { type RegisteredSchema, SchemaStore } from './schema-store.ts';
import { HEADER_BYTES, schemaIdOf, wireHeader } from './wire-format.ts';

/** Writes and reads one kind of event in the Confluent wire format: 0, schema id (4 bytes, big endian), Avro binary. */
export interface Codec<T> {
  encode(value: T): Buffer;
  /**
   * Reads what any build wrote whose schema is known. Throws `SCHEMA_UNKNOWN` where it is not known yet,
   * `EVENT_UNREADABLE` for what is no such event.
   */
  decode(bytes: Buffer): T;
}

export function codec<T>(event: string, store: SchemaStore = defaultStore()): Codec<T> {
  const writer = store.newest(event);
  const reader = store.current(event).type;
  const header = wireHeader(writer.id);
  const resolvers = new Map<number, { schema: RegisteredSchema; resolver: avro.Resolver }>();

  const resolverFor = (schema: RegisteredSchema): avro.Resolver => {
    const known = resolvers.get(schema.id);
    if (known?.schema === schema) return known.resolver;
    const resolver = reader.createResolver(schema.type);
    resolvers.set(schema.id, { schema, resolver });
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
      const id = schemaIdOf(bytes);
      if (id === null || bytes.length > MAX_EVENT_BYTES) throw new InterleaveError('EVENT_UNREADABLE');
      const schema = store.byId(id);
      if (schema.event !== event)
        throw new InterleaveError('EVENT_UNREADABLE', `Schema id ${id} is not of ${event}.`);
      try {
        const body = bytes.subarray(HEADER_BYTES);
        checkLengths(schema.type, body);
        return (
          id === writer.id ? writer.type.fromBuffer(body) : reader.fromBuffer(body, resolverFor(schema))
        ) as T;
      } catch (cause) {
        throw new InterleaveError('EVENT_UNREADABLE', undefined, { cause });
      }
    },
  };
}

let shared: SchemaStore | undefined;

/** What the codecs of this process know, and what its readers of the topic of schemas teach. */
export function defaultStore(): SchemaStore {
  shared ??= new SchemaStore();
  return shared;
}
