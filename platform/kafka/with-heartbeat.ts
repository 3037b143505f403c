import { HANDLER_HEARTBEAT_MS } from './limits.ts';

/**
 * Kafka hears from us while `work` takes long. A heartbeat that fails is not lost: the consumer's own, which is awaited,
 * fails as well.
 */
export async function withHeartbeat<T>(heartbeat: () => Promise<void>, work: () => Promise<T>): Promise<T> {
  const timer = setInterval(() => heartbeat().catch(() => undefined), HANDLER_HEARTBEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
