import type { z } from 'zod';
import { commonConfig, port, text } from '../../platform/process/config.ts';
import { STREAM_GROUPS } from '../../schemas/stream-groups.ts';

export const config = {
  ...commonConfig,
  healthPort: port(8485),
  /** members of one group share the partitions */
  joinerGroup: text(STREAM_GROUPS.joiner),
  /** the transactional id of partition n is this with `-n`; the same for all members, or they would not fence each other */
  joinerTransactionalId: text('joiner'),
  /** names the cache folder `<data-dir>/joiner/<instance>`: one process each */
  joinerInstance: text('1'),
};

export type Config = Readonly<z.infer<z.ZodObject<typeof config>>>;
