import type { z } from 'zod';
import { commonConfig, port, text } from '../../platform/process/config.ts';
import { INDEX_NAMES } from '../../schemas/index/index-names.ts';

export const config = {
  ...commonConfig,
  healthPort: port(8486),
  /** physical indices, never aliases; the first names the consumer group, too */
  indexerCasesIndex: text(INDEX_NAMES.cases),
  indexerAnalysisIndex: text(INDEX_NAMES.analysis),
};

export type Config = Readonly<z.infer<z.ZodObject<typeof config>>>;
