import { codeOf } from '../../core/errors.ts';
import type { ObjectStore } from '../../platform/object-store/object-store.ts';
import type { Logger } from '../../platform/process/log.ts';
import type { Joined } from './join-records.ts';

/**
 * Takes the bytes of what was erased from the folder of another case, where they came again. A store that is away holds
 * up nothing: the bytes then stay, nothing shows them, and it is told.
 */
export async function dropBytes(
  erased: Joined['erased'],
  store: Pick<ObjectStore, 'drop'>,
  log: Logger,
): Promise<void> {
  for (const { record, objects } of erased)
    for (const sha256 of objects)
      try {
        await store.drop(sha256, record.key);
      } catch (error) {
        log.error({ caseId: record.key, sha256, code: codeOf(error), err: error }, 'object.not.dropped');
      }
}
