import type { Kafka } from 'kafkajs';
import { codeOf } from '../../../core/errors.ts';
import { rejectionKey } from '../../../core/radiology/rejections.ts';
import { RegisterReader } from '../../../platform/kafka/register-reader.ts';
import type { Schemas } from '../../../platform/kafka/schemas.ts';
import type { ServiceContext } from '../../../platform/process/lifecycle.ts';
import { events } from '../../../schemas/events.ts';
import { ShownImages } from '../view/shown-images.ts';

/** Follows the register of rejected objects; search starts without it and shows images when it was read. */
export function followRejections(
  kafka: Kafka,
  topic: string,
  secret: Buffer,
  schemas: Schemas,
  { log, metrics, ready, fail }: ServiceContext,
): { shown: ShownImages; stop(): Promise<void> } {
  const shown = new ShownImages(() => register.isWhole);
  const register = new RegisterReader({
    kafka,
    topic,
    schemas,
    log,
    metrics,
    ready,
    fail,
    apply(records) {
      for (const { key, value, offset } of records) {
        try {
          const rejection = events.imageRejected.decode(value ?? Buffer.alloc(0));
          if (key === rejectionKey(secret, rejection)) {
            shown.add(rejection);
            continue;
          }
        } catch (error) {
          if (codeOf(error) !== 'EVENT_UNREADABLE') throw error;
        }
        log.error({ topic, offset, code: 'EVENT_UNREADABLE' }, 'register.record.passed.over');
      }
      return shown.rejectedCount;
    },
  });
  return { shown, stop: () => register.stop() };
}
