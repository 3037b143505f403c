import { z } from 'zod';
import { commonConfig, port, positiveInt, text } from '../platform/process/config.ts';
import { MAX_SEED } from './orders.ts';

export const config = {
  ...commonConfig,
  healthPort: port(8488),
  hl7Port: port(2575),
  dicomPort: port(11112),
  dicomAeTitle: text('INTERLEAVE'),
  /** another seed is another department: other patients, other accession numbers */
  simulatorSeed: z.coerce.number().int().min(0).max(MAX_SEED).default(1),
  /** cases that begin per second */
  simulatorRate: z.coerce.number().positive().max(100).default(0.5),
  /** cases in all; 0 goes on without end */
  simulatorCases: z.coerce.number().int().min(0).default(0),
  /** delays between images, reports and corrections are multiplied by this; 0 sends everything at once */
  simulatorTimeScale: z.coerce.number().min(0).max(1000).default(1),
  /** hosts of the gateways; as `host` where empty */
  simulatorHl7Host: text(''),
  simulatorDicomHost: text(''),
  /** how long an answer may take, in ms */
  simulatorTimeoutMs: positiveInt(30_000),
};

export type Config = Readonly<z.infer<z.ZodObject<typeof config>>>;
