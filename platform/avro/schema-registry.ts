import { setTimeout as sleep } from 'node:timers/promises';
import { InterleaveError } from '../../core/errors.ts';
import { isSameSchema, parseSchema } from './learned-schemas.ts';
import {
  MAX_REGISTRY_ANSWER_BYTES,
  MAX_REGISTRY_ATTEMPTS,
  REGISTRY_RETRY_MS,
  REGISTRY_TIMEOUT_MS,
} from './limits.ts';
import type { RegisteredSchema, SchemaStore } from './schema-store.ts';

/**
 * A site's own schema registry, by the API of Confluent's
 * (https://docs.confluent.io/platform/current/schema-registry/develop/api.html). It must hold our schemas under our ids.
 */
export class SchemaRegistry {
  readonly #base: string;
  readonly #headers: Record<string, string>;
  readonly #store: SchemaStore;
  /** the address without user and password, as it may be shown */
  readonly shown: string;

  /** `url` may hold a user and a password. Throws `CONFIG_INVALID`. */
  constructor(url: string, store: SchemaStore) {
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
      throw new InterleaveError('CONFIG_INVALID', 'The address of the schema registry is no URL.');
    const { username, password, origin, pathname } = new URL(url);
    this.#base = `${origin}${pathname.replace(/\/+$/, '')}`;
    this.shown = this.#base;
    this.#store = store;
    const user = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    this.#headers = {
      accept: MEDIA_TYPE,
      'content-type': MEDIA_TYPE,
      ...(user === ':' ? {} : { authorization: `Basic ${Buffer.from(user).toString('base64')}` }),
    };
  }

  /**
   * Teaches the store this schema, where the registry has it. Throws `SCHEMA_REGISTRY_UNAVAILABLE`,
   * `SCHEMA_REGISTRY_REFUSED`, and what the store throws.
   */
  async learn(id: number): Promise<void> {
    const text = await this.#schemaText(id);
    if (text !== null) this.#store.learn(id, text);
  }

  /**
   * Registers the schemas of this build that are not there yet, the oldest first, and returns how many. Throws
   * `SCHEMA_CLASH` where another schema has an id of ours, or where the registry gives ours another id: it then takes no
   * ids from those who register.
   */
  async publish(): Promise<number> {
    const missing: RegisteredSchema[] = [];
    for (const schema of this.#store.registered()) if (!(await this.#holds(schema))) missing.push(schema);
    for (const subject of new Set(missing.map(subjectOf))) await this.#allowImport(subject);
    for (const schema of missing) await this.#import(schema);
    return missing.length;
  }

  async #holds({ id, type }: RegisteredSchema): Promise<boolean> {
    const text = await this.#schemaText(id);
    if (text === null) return false;
    if (!isSameSchema(parseSchema(id, text).type, type))
      throw new InterleaveError('SCHEMA_CLASH', `The registry has another schema ${id}.`);
    return true;
  }

  /** Null where there is none. Registries answer with a schema without `"` where it is one word, such as `"string"`. */
  async #schemaText(id: number): Promise<string | null> {
    const { status, body } = await this.#request('GET', `/schemas/ids/${id}`);
    if (status === 404) return null;
    const schema = status === 200 ? (body as { schema?: unknown } | null)?.schema : undefined;
    if (typeof schema !== 'string') throw refused('GET', '/schemas/ids', status);
    return schema;
  }

  /** Some registries know the mode of all subjects only, some none: whether the id was taken is seen afterwards. */
  async #allowImport(subject: string): Promise<void> {
    const mode = { mode: 'IMPORT' };
    const path = `/mode/${encodeURIComponent(subject)}?force=true`;
    const { status } = await this.#request('PUT', path, mode);
    if (status >= 300 && status !== 404 && status !== 405) throw refused('PUT', '/mode', status);
  }

  async #import(schema: RegisteredSchema): Promise<void> {
    const { id, event, json } = schema;
    const version = this.#store.versions(event).findIndex((one) => one.id === id) + 1;
    const path = `/subjects/${encodeURIComponent(subjectOf(schema))}/versions`;
    const registration = { schema: JSON.stringify(json), id, version };
    for (let attempt = 1; ; attempt++) {
      const { status, body } = await this.#request('POST', path, registration);
      // Another process of ours may register it at this moment: some registries refuse one of the two.
      if (await this.#holds(schema)) return;
      const given = (body as { id?: unknown } | null)?.id;
      if (status === 200)
        throw new InterleaveError(
          'SCHEMA_CLASH',
          `The registry gave the schema ${id} of ${event} the id ${String(given)}: see docs/operations.md.`,
        );
      if (status !== 409 || attempt === MAX_REGISTRY_ATTEMPTS) throw refused('POST', '/subjects', status);
      await sleep(REGISTRY_RETRY_MS);
    }
  }

  async #request(method: string, path: string, body?: object): Promise<{ status: number; body: unknown }> {
    try {
      const answer = await fetch(`${this.#base}${path}`, {
        method,
        headers: this.#headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        redirect: 'error',
        signal: AbortSignal.timeout(REGISTRY_TIMEOUT_MS),
      });
      const text = await textOf(answer);
      if (answer.status >= 500) throw new Error(`status ${answer.status}`);
      return { status: answer.status, body: jsonOf(text) };
    } catch (cause) {
      if (cause instanceof InterleaveError) throw cause;
      throw new InterleaveError('SCHEMA_REGISTRY_UNAVAILABLE', `${this.shown}.`, { cause });
    }
  }
}

const MEDIA_TYPE = 'application/vnd.schemaregistry.v1+json';

/** Subjects are named by the record, which the schema says itself (RecordNameStrategy). */
function subjectOf({ type, event }: RegisteredSchema): string {
  return type.name ?? event;
}

function refused(method: string, path: string, status: number): InterleaveError {
  return new InterleaveError('SCHEMA_REGISTRY_REFUSED', `${method} ${path} gave ${status}.`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function textOf(answer: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of answer.body ?? []) {
    bytes += (chunk as Uint8Array).length;
    if (bytes > MAX_REGISTRY_ANSWER_BYTES)
      throw new InterleaveError('SCHEMA_REGISTRY_REFUSED', 'Its answer is larger than any should be.');
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks).toString('utf8');
}
