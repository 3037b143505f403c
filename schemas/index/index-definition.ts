import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { estypes } from '@elastic/elasticsearch';
import { z } from 'zod';
import { projectRoot } from '../../platform/process/project-root.ts';
import type { IndexGenerations } from './vector-generations.ts';

/**
 * - `building`: it is being filled, and takes over when it has no lag
 * - `ready`: it holds everything; it is searched, or kept beside the one that is
 * - `dropping`: nothing is written any more, and it goes
 */
export const INDEX_STATES = ['building', 'ready', 'dropping'] as const;
export type IndexState = (typeof INDEX_STATES)[number];

const similarity = z.enum(['cosine', 'dot_product']).default('cosine');

/**
 * What the mapping of the clinical view says of itself: one physical index holds one generation of each vector. The
 * defaults are those of the indices that were made before the field was written.
 */
const casesMeta = z.object({
  view: z.literal('clinical'),
  mapping_version: z.number().int(),
  kafka_cluster: z.string().default('an unknown one'),
  state: z.enum(INDEX_STATES).default('ready'),
  text_vector_generation: z.number().int(),
  text_dims: z.number().int().default(512),
  text_similarity: similarity,
  text_bundle: z.string().default(''),
  text_bundle_name: z.string().default(''),
  image_vector_generation: z.number().int(),
  image_dims: z.number().int().default(1280),
  image_similarity: similarity,
  image_bundle: z.string().default(''),
  image_bundle_name: z.string().default(''),
});
export type CasesMeta = z.infer<typeof casesMeta>;

/** What the mapping of the analysts' view says of itself. */
const analysisMeta = z.object({
  view: z.literal('analysis'),
  mapping_version: z.number().int(),
  kafka_cluster: z.string().default('an unknown one'),
});
export type AnalysisMeta = z.infer<typeof analysisMeta>;

/** The body of a create-index request. */
export interface IndexDefinition<M> {
  settings: estypes.IndicesIndexSettings;
  mappings: estypes.MappingTypeMapping;
  meta: M;
}

/** What a definition is made for, beside the version of its mapping. */
export interface MadeFor {
  kafkaCluster: string;
  state: IndexState;
}

/** The clinical view for these generations: their dimensions and similarity in its mapping, their bundles in its `_meta`. */
export async function casesDefinition(
  { text, image }: IndexGenerations,
  { kafkaCluster, state }: MadeFor,
): Promise<IndexDefinition<CasesMeta>> {
  const { settings, mappings } = await readTemplate('cases.mapping.json');
  const { text_vector: textVector, images } = mappings.properties ?? {};
  const imageVector = images !== undefined && 'properties' in images ? images.properties?.['vector'] : null;
  Object.assign(vectorField(textVector), { dims: text.dims, similarity: text.similarity });
  Object.assign(vectorField(imageVector), { dims: image.dims, similarity: image.similarity });
  const meta = casesMeta.parse({
    ...mappings._meta,
    kafka_cluster: kafkaCluster,
    state,
    text_vector_generation: text.generation,
    text_dims: text.dims,
    text_similarity: text.similarity,
    text_bundle: text.bundle,
    text_bundle_name: text.name,
    image_vector_generation: image.generation,
    image_dims: image.dims,
    image_similarity: image.similarity,
    image_bundle: image.bundle,
    image_bundle_name: image.name,
  });
  return { settings, mappings: { ...mappings, _meta: meta }, meta };
}

export async function analysisDefinition({
  kafkaCluster,
}: Pick<MadeFor, 'kafkaCluster'>): Promise<IndexDefinition<AnalysisMeta>> {
  const { settings, mappings } = await readTemplate('cases-analysis.mapping.json');
  const meta = analysisMeta.parse({ ...mappings._meta, kafka_cluster: kafkaCluster });
  return { settings, mappings: { ...mappings, _meta: meta }, meta };
}

/** What the mapping of the clinical view must have in this version, whatever the generations. */
export async function casesMappingVersion(): Promise<number> {
  const { mappings } = await readTemplate('cases.mapping.json');
  return casesMeta.shape.mapping_version.parse(mappings._meta?.['mapping_version']);
}

/** The generations that an index was made for, by its `_meta`. */
export function generationsOf(meta: CasesMeta): IndexGenerations {
  return {
    text: {
      generation: meta.text_vector_generation,
      dims: meta.text_dims,
      similarity: meta.text_similarity,
      bundle: meta.text_bundle,
      name: meta.text_bundle_name,
    },
    image: {
      generation: meta.image_vector_generation,
      dims: meta.image_dims,
      similarity: meta.image_similarity,
      bundle: meta.image_bundle,
      name: meta.image_bundle_name,
    },
  };
}

/** Null where the `_meta` is not one of ours. */
export function parseCasesMeta(meta: unknown): CasesMeta | null {
  return casesMeta.safeParse(meta).data ?? null;
}

/** Null where the `_meta` is not one of ours. */
export function parseAnalysisMeta(meta: unknown): AnalysisMeta | null {
  return analysisMeta.safeParse(meta).data ?? null;
}

type Template = Pick<IndexDefinition<unknown>, 'settings' | 'mappings'>;

/** A mapping file: a create-index request without what the generations decide. */
async function readTemplate(file: string): Promise<Template> {
  const path = join(projectRoot(), 'schemas', 'index', file);
  return JSON.parse(await readFile(path, 'utf8')) as Template;
}

function vectorField(property: estypes.MappingProperty | null | undefined): estypes.MappingProperty {
  if (property?.type !== 'dense_vector') throw new TypeError('The template lacks a field for vectors.');
  return property;
}
