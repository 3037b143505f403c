import type { z } from 'zod';
import { commonConfig, port, text } from '../../platform/process/config.ts';
import { INDEX_ALIASES } from '../../schemas/index/index-names.ts';

export const config = {
  ...commonConfig,
  healthPort: port(8486),
  /** what the physical indices are found by; nothing is written through them */
  casesAlias: text(INDEX_ALIASES.casesAlias),
  analysisAlias: text(INDEX_ALIASES.analysisAlias),
};

export type Config = Readonly<z.infer<z.ZodObject<typeof config>>>;
