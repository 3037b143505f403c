import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { estypes } from '@elastic/elasticsearch';
import { z } from 'zod';
import { projectRoot } from '../../platform/process/project-root.ts';

/** What the mapping of the clinical view says of itself: one physical index holds one generation of each vector. */
const casesMeta = z.object({
  view: z.literal('clinical'),
  mapping_version: z.number().int(),
  text_vector_generation: z.number().int(),
  image_vector_generation: z.number().int(),
});
export type CasesMeta = z.infer<typeof casesMeta>;

/** What the mapping of the analysts' view says of itself. */
const analysisMeta = z.object({ view: z.literal('analysis'), mapping_version: z.number().int() });
export type AnalysisMeta = z.infer<typeof analysisMeta>;

/** A mapping file: the body of a create-index request. */
export interface IndexDefinition<M> {
  settings: estypes.IndicesIndexSettings;
  mappings: estypes.MappingTypeMapping;
  meta: M;
}

export function readCasesDefinition(): Promise<IndexDefinition<CasesMeta>> {
  return readDefinition('cases.mapping.json', casesMeta);
}

export function readAnalysisDefinition(): Promise<IndexDefinition<AnalysisMeta>> {
  return readDefinition('cases-analysis.mapping.json', analysisMeta);
}

/** Null where the `_meta` is not one of ours. */
export function parseCasesMeta(meta: unknown): CasesMeta | null {
  return casesMeta.safeParse(meta).data ?? null;
}

async function readDefinition<M>(file: string, meta: z.ZodType<M>): Promise<IndexDefinition<M>> {
  const path = join(projectRoot(), 'schemas', 'index', file);
  const { settings, mappings } = JSON.parse(await readFile(path, 'utf8')) as {
    settings: estypes.IndicesIndexSettings;
    mappings: estypes.MappingTypeMapping;
  };
  return { settings, mappings, meta: meta.parse(mappings._meta) };
}
