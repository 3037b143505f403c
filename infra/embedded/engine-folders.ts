import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { InterleaveError } from '../../core/errors.ts';
import { projectRoot } from '../../platform/process/project-root.ts';

export interface EngineFolders {
  kafka: string;
  elasticsearch: string;
}

/** What `scripts/bootstrap/fetch-engines.mjs` exports; it is plain JavaScript because it runs before anything is compiled. */
interface Fetching {
  fetchEngine(name: keyof EngineFolders): Promise<string>;
}

/** The folders of the engines' programs, fetched from Maven Central when they are not there yet. */
export async function engineFolders(): Promise<EngineFolders> {
  const script = pathToFileURL(join(projectRoot(), 'scripts', 'bootstrap', 'fetch-engines.mjs'));
  const { fetchEngine } = (await import(script.href)) as Fetching;
  try {
    return { kafka: await fetchEngine('kafka'), elasticsearch: await fetchEngine('elasticsearch') };
  } catch (cause) {
    throw new InterleaveError('DOWNLOAD_FAILED', cause instanceof Error ? cause.message : undefined, {
      cause,
    });
  }
}
