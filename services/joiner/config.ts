import type { z } from 'zod';
import { commonConfig, port, text } from '../../platform/process/config.ts';

export const config = {
  ...commonConfig,
  healthPort: port(8485),
  /** members of one group share the partitions */
  joinerGroup: text('interleave-joiner'),
  /** the transactional id of partition n is this with `-n`; the same for all members, or they would not fence each other */
  joinerTransactionalId: text('joiner'),
  /** names the cache folder `<data-dir>/joiner/<instance>`: one process each */
  joinerInstance: text('1'),
};

export type Config = Readonly<z.infer<z.ZodObject<typeof config>>>;
