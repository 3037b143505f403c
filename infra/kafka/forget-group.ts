import { setTimeout as sleep } from 'node:timers/promises';
import { InterleaveError } from '../../core/errors.ts';
import { createKafka } from '../../platform/kafka/client.ts';
import { SESSION_TIMEOUT_MS } from '../../platform/kafka/limits.ts';
import { withAdmin } from '../../platform/kafka/topics.ts';
import type { Logger } from '../../platform/process/log.ts';

/**
 * Forgets how far a consumer group has read, so that it begins at the beginning. It must have no members; one that was
 * killed is waited for until its session ends. A group that does not exist is no error. Throws `KAFKA_UNAVAILABLE`.
 */
export async function forgetGroup(
  brokers: string[],
  groupId: string,
  log: Logger,
  waitMs = 2 * SESSION_TIMEOUT_MS,
): Promise<void> {
  const kafka = createKafka(brokers, 'interleave-set-up', log);
  await withAdmin(kafka, async (admin) => {
    const { groups } = await admin.listGroups();
    if (!groups.some((group) => group.groupId === groupId)) return;
    for (const deadline = Date.now() + waitMs; ; await sleep(POLL_MS)) {
      const { groups: described } = await admin.describeGroups([groupId]);
      if (described.every(({ members }) => members.length === 0)) break;
      if (Date.now() > deadline)
        throw new InterleaveError('KAFKA_UNAVAILABLE', `${groupId} still has members: stop them first.`);
    }
    await admin.deleteGroups([groupId]);
    log.info({ groupId }, 'group.forgotten');
  });
}

const POLL_MS = 500;
