import type { z } from 'zod';
import { commonConfig, flag, port, text } from '../../platform/process/config.ts';

export const config = {
  ...commonConfig,
  healthPort: port(8483),
  /** the site's own lexicon over ours, a JSON file; '' for ours alone */
  lexiconFile: text(''),
  /** reports that another labeler or lexicon read are read again from their cases */
  labelerRelabel: flag(false),
  /** where the model bundles lie; '' is `.interleave/models` of the checkout */
  modelsDir: text(''),
};

export type Config = Readonly<z.infer<z.ZodObject<typeof config>>>;
