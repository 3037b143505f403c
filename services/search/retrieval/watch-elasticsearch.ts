import { codeOf } from '../../../core/errors.ts';
import type { Logger } from '../../../platform/process/log.ts';
import type { Readiness } from '../../../platform/process/readiness.ts';
import { ELASTICSEARCH_PING_MS, ELASTICSEARCH_PING_TIMEOUT_MS } from '../limits.ts';
import type { CaseIndex } from './case-index.ts';

/** Keeps the readiness check `elasticsearch` true to whether the index can be searched, be there traffic or not. */
export function watchElasticsearch(
  index: Pick<CaseIndex, 'ping'>,
  ready: Readiness,
  log: Logger,
  pingMs: number = ELASTICSEARCH_PING_MS,
): { stop(): void } {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let answers = true;
  ready.set('elasticsearch', true);

  async function look(): Promise<void> {
    let code = '';
    try {
      await index.ping(ELASTICSEARCH_PING_TIMEOUT_MS);
    } catch (error) {
      code = codeOf(error);
    }
    if (stopped) return;
    ready.set('elasticsearch', code === '', code);
    if (answers !== (code === ''))
      log.warn(code === '' ? {} : { code }, code === '' ? 'index.back' : 'index.away');
    answers = code === '';
    wait();
  }

  function wait(): void {
    timer = setTimeout(() => void look(), pingMs);
    timer.unref();
  }

  wait();
  return {
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
