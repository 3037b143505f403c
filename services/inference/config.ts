import type { z } from 'zod';
import { engineConfig } from '../../models/engines/engine-settings.ts';
import { commonConfig, port, text } from '../../platform/process/config.ts';

export const config = {
  ...commonConfig,
  ...engineConfig,
  healthPort: port(8484),
  /** where the converted weights lie; '' is `.interleave/models` of the checkout */
  modelsDir: text(''),
};

export type Config = Readonly<z.infer<z.ZodObject<typeof config>>>;
