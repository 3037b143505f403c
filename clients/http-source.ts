/** A web server that is read from: GET with a token, within limits, never to another host. */
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { InterleaveError } from '../core/errors.ts';
import { isTlsAlert, isUntrusted } from '../platform/net/sockets.ts';
import type { ClientTls } from '../platform/net/tls.ts';
import {
  DEFAULT_RETRY_AFTER_MS,
  HTTP_IDLE_MS,
  HTTP_REQUEST_MS,
  MAX_HTTP_HEADERS,
  MAX_HTTP_TRIES,
  MAX_REDIRECTS,
  MAX_RETRY_AFTER_MS,
} from './limits.ts';

export interface HttpSourceOptions {
  /** where all that is asked for lies below; without a query */
  base: URL;
  /** the value of `Authorization`, asked for before each request; null for none */
  authorization: () => Promise<string | null>;
  tls: ClientTls;
  idleMs?: number;
  requestMs?: number;
  retryAfterMs?: number;
}

export interface HttpAnswer {
  status: number;
  contentType: string;
  body: AsyncIterable<Buffer>;
}

export class HttpSource {
  readonly #options: HttpSourceOptions;

  constructor(options: HttpSourceOptions) {
    this.#options = options;
  }

  /**
   * An answer of any status but those that say "later" (429, 503): these are waited for as long as `Retry-After` says, some
   * times. Rejects with DICOMWEB_UNAVAILABLE (also while the body is read), TLS_REFUSED, or DICOMWEB_REFUSED for a redirection to
   * another server.
   */
  async get(path: string, accept: string, signal: AbortSignal): Promise<HttpAnswer> {
    for (let tries = 1; ; tries++) {
      const answer = await this.#followed(path, accept, signal);
      const status = answer.statusCode ?? 0;
      if (status !== 429 && status !== 503)
        return { status, contentType: answer.headers['content-type'] ?? '', body: bodyOf(answer, signal) };
      answer.destroy();
      if (tries === MAX_HTTP_TRIES) throw unavailable(`It answered ${status}.`);
      await sleep(this.#waitMs(answer), undefined, { signal });
    }
  }

  async #followed(path: string, accept: string, signal: AbortSignal): Promise<IncomingMessage> {
    const { base } = this.#options;
    let url = new URL(`${base.pathname.replace(/\/$/, '')}${path}`, base);
    for (let redirects = 0; ; redirects++) {
      const answer = await this.#ask(url, accept, signal);
      const location = answer.headers.location;
      if (!REDIRECTIONS.has(answer.statusCode ?? 0) || location === undefined) return answer;
      answer.destroy();
      const next = URL.canParse(location, url.href) ? new URL(location, url) : null;
      // The token is for the server that was named, and nobody else.
      if (next?.origin !== base.origin)
        throw new InterleaveError('DICOMWEB_REFUSED', 'It redirects to another server.');
      if (redirects === MAX_REDIRECTS)
        throw new InterleaveError('DICOMWEB_REFUSED', 'It redirects without end.');
      url = next;
    }
  }

  async #ask(url: URL, accept: string, stop: AbortSignal): Promise<IncomingMessage> {
    const { authorization, tls, idleMs = HTTP_IDLE_MS, requestMs = HTTP_REQUEST_MS } = this.#options;
    const token = await authorization();
    const headers = { accept, ...(token === null ? {} : { authorization: token }) };
    const signal = AbortSignal.any([stop, AbortSignal.timeout(requestMs)]);
    const options = { headers, signal, maxHeaderSize: MAX_HTTP_HEADERS };
    return new Promise((resolve, reject) => {
      const asked =
        url.protocol === 'https:' ? requestHttps(url, { ...options, ...tls }) : requestHttp(url, options);
      asked.setTimeout(idleMs, () => asked.destroy(new Error('It was silent for too long.')));
      asked.once('response', resolve);
      asked.on('error', (error: NodeJS.ErrnoException) => reject(failure(error, stop)));
      asked.end();
    });
  }

  /** RFC 9110 10.2.3: seconds or a date. */
  #waitMs(answer: IncomingMessage): number {
    const said = answer.headers['retry-after'] ?? '';
    const ms = /^[0-9]+$/.test(said) ? Number(said) * 1000 : Date.parse(said) - Date.now();
    const wait = Number.isNaN(ms) ? (this.#options.retryAfterMs ?? DEFAULT_RETRY_AFTER_MS) : ms;
    return Math.max(0, Math.min(wait, MAX_RETRY_AFTER_MS));
  }
}

const REDIRECTIONS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

async function* bodyOf(answer: IncomingMessage, stop: AbortSignal): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of answer) yield chunk as Buffer;
  } catch (error) {
    throw failure(error as NodeJS.ErrnoException, stop);
  }
}

function failure(error: NodeJS.ErrnoException, stop: AbortSignal): unknown {
  if (stop.aborted) return stop.reason;
  if (isTlsAlert(error) || isUntrusted(error))
    return new InterleaveError('TLS_REFUSED', error.code, { cause: error });
  return unavailable(error.code, error);
}

function unavailable(detail?: string, cause?: unknown): InterleaveError {
  return new InterleaveError('DICOMWEB_UNAVAILABLE', detail, { cause });
}
