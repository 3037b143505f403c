import type { Client } from '@elastic/elasticsearch';
import { z } from 'zod';
import { groupProgress } from '../../infra/kafka/group-progress.ts';
import type { ReindexParts } from '../../infra/reindex.ts';
import { withAdmin } from '../../platform/kafka/topics.ts';
import { indexerGroup, positionsIndex } from '../../schemas/index/index-names.ts';
import { type PhysicalIndex, physicalIndices } from '../../schemas/index/physical-indices.ts';
import { TOPICS } from '../../schemas/topics.ts';

/** One build as `interleave index list` shows it. */
export interface IndexRow {
  name: string;
  /** the alias that names it, null where none does */
  alias: string | null;
  state: string;
  documents: number;
  /** of its three indices, primaries alone */
  bytes: number;
  imageGeneration: number;
  textGeneration: number;
  /** records of `radiology.case` that it still lacks */
  lag: number;
  createdAt: string;
}

export async function indexRows({ client, kafka, aliases }: ReindexParts): Promise<IndexRow[]> {
  const builds = await physicalIndices(client, aliases);
  return withAdmin(kafka, (admin) =>
    Promise.all(
      builds.map(async ({ names, meta, isLive, createdAt }) => {
        const [size, progress] = await Promise.all([
          sizeOf(client, names),
          groupProgress(admin, indexerGroup(names.cases), TOPICS.case),
        ]);
        return {
          name: names.cases,
          alias: isLive ? names.casesAlias : null,
          state: meta.state,
          ...size,
          imageGeneration: meta.image_vector_generation,
          textGeneration: meta.text_vector_generation,
          lag: progress.lag,
          createdAt: new Date(createdAt).toISOString(),
        };
      }),
    ),
  );
}

async function sizeOf(
  client: Client,
  { cases, analysis }: PhysicalIndex['names'],
): Promise<{ documents: number; bytes: number }> {
  const [stats, { count }] = await Promise.all([
    client.indices.stats({ index: [cases, analysis, positionsIndex(cases)], metric: 'store' }),
    // Documents as a person counts them: Elasticsearch counts each nested image as one more.
    client.count({ index: cases }),
  ]);
  return { documents: count, bytes: statsSchema.parse(stats)._all.primaries.store.size_in_bytes };
}

const statsSchema = z.object({
  _all: z.object({ primaries: z.object({ store: z.object({ size_in_bytes: z.number() }) }) }),
});

/** A table for people. */
export function indexTable(rows: readonly IndexRow[]): string[] {
  if (rows.length === 0) return ['there is no index'];
  const cells = [
    ['NAME', 'ALIAS', 'STATE', 'DOCUMENTS', 'MIB', 'IMAGES', 'TEXT', 'LAG'],
    ...rows.map((row) => [
      row.name,
      row.alias ?? '-',
      row.state,
      String(row.documents),
      String(Math.ceil(row.bytes / 2 ** 20)),
      `generation ${row.imageGeneration}`,
      `generation ${row.textGeneration}`,
      String(row.lag),
    ]),
  ];
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(...cells.map((row) => row[column]?.length ?? 0)),
  );
  return cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
