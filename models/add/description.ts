import { z } from 'zod';
import { InterleaveError } from '../../core/errors.ts';
import { reasonOf } from '../bundle.ts';
import { MAX_DESCRIPTION_BYTES, MAX_ENCODER_SIZE, MAX_ENCODER_TOKENS } from '../limits.ts';
import { BUNDLE_NAME, parentSchema, textFloorsSchema } from '../manifest.ts';
import { readPlainFile } from './plain-file.ts';

/** What a user writes beside the ONNX files of an encoder: docs/encoders.md. */
export const DESCRIPTION = 'encoder.json';

/** Below which cosine words and an image are not near, where a description does not say it. Not measured: high for CLIP's kind. */
export const DEFAULT_SPACE_FLOOR = 0.3;

/** The floors of texts where a description does not say them: so high that little is found by meaning alone before they are. */
export const DEFAULT_TEXT_FLOORS = { words: 0.9, reports: 0.95 } as const;

const path = z
  .string()
  .max(200)
  .regex(
    /^(?!.*\.\.)\w[\w.-]*(\/\w[\w.-]*)*$/,
    'must be a path below the folder, of letters, digits, . - _ and /',
  );
const portName = z.string().min(1).max(200);
const sentence = z.string().min(1).max(500);
const floor = z.number().gt(0).lt(1);

const inRange = z.number().min(-1000).max(1000);
const deviation = z.number().min(1e-6).max(1000);
const perChannel = <T extends z.ZodType>(one: T) => z.union([one, z.tuple([one, one, one])]);

const image = z.strictObject({
  file: path,
  input: portName.optional(),
  output: portName.optional(),
  /** pixels on each side of the square */
  size: z.int().min(1).max(MAX_ENCODER_SIZE),
  resize: z.enum(['stretch', 'crop', 'letterbox']),
  interpolation: z.literal('bicubic').default('bicubic'),
  colour: z.literal('rgb').default('rgb'),
  layout: z.enum(['nchw', 'nhwc']).optional(),
  /** in which terms mean and standard deviation are */
  range: z.enum(['0..1', '0..255']).default('0..1'),
  mean: perChannel(inRange),
  std: perChannel(deviation),
  /** `none`: the graph gives one vector */
  pooling: z.enum(['none', 'cls', 'mean']).default('none'),
});

const text = z.strictObject({
  file: path,
  inputs: z
    .strictObject({
      ids: portName.default('input_ids'),
      mask: portName.optional(),
      types: portName.optional(),
    })
    .prefault({}),
  output: portName.optional(),
  tokenizer: z.strictObject({
    kind: z.enum(['wordpiece', 'byte-bpe']),
    file: path,
    /** beside a `vocab.json` */
    merges: path.optional(),
  }),
  /** tokens of a text, special ones among them */
  contextLength: z.int().min(3).max(MAX_ENCODER_TOKENS),
  /** the id with which a text is filled up to `contextLength` */
  padding: z
    .int()
    .nonnegative()
    .lt(2 ** 24)
    .optional(),
  /** `graph`: it gives one vector */
  pooling: z.enum(['graph', 'cls', 'mean', 'eos']).default('graph'),
  language: z.string().min(2).max(35).default('en'),
  floors: textFloorsSchema.default(DEFAULT_TEXT_FLOORS),
});

const descriptionSchema = z
  .strictObject({
    format: z.literal(1),
    name: BUNDLE_NAME,
    about: sentence,
    licence: sentence,
    domain: z.enum(['public', 'simulated', 'site']).default('public'),
    parents: z.array(parentSchema).max(20).default([]),
    image: image.optional(),
    text: text.optional(),
    sharedSpace: z.boolean().default(false),
    floor: floor.default(DEFAULT_SPACE_FLOOR),
  })
  .refine((one) => one.image !== undefined || one.text !== undefined, 'describe image, text or both')
  .refine((one) => !one.sharedSpace || (one.image !== undefined && one.text !== undefined), {
    path: ['sharedSpace'],
    message: 'only an image and a text encoder share a space',
  });

export type EncoderDescription = z.infer<typeof descriptionSchema>;
export type DescribedImage = z.infer<typeof image>;
export type DescribedText = z.infer<typeof text>;

/** @throws InterleaveError ENCODER_DESCRIPTION_INVALID with the field, ENCODER_FILE_REFUSED where there is none */
export async function readDescription(folder: string): Promise<EncoderDescription> {
  const bytes = await readPlainFile(folder, DESCRIPTION, MAX_DESCRIPTION_BYTES);
  try {
    return parseDescription(JSON.parse(bytes.toString('utf8')));
  } catch (cause) {
    throw new InterleaveError('ENCODER_DESCRIPTION_INVALID', `${DESCRIPTION}: ${reasonOf(cause)}.`, {
      cause,
    });
  }
}

/** @throws Error */
export function parseDescription(json: unknown): EncoderDescription {
  return descriptionSchema.parse(json);
}
