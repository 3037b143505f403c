import type { z } from 'zod';
import { commonConfig, port } from '../../platform/config.ts';

export const config = {
  ...commonConfig,
  healthPort: port(8483),
};

export type Config = Readonly<z.infer<z.ZodObject<typeof config>>>;
