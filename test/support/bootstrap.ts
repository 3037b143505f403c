import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectRoot } from '../../platform/process/project-root.ts';

/** A module of `scripts/bootstrap/`, which is plain JavaScript because it runs before anything is compiled. */
export async function bootstrap<T>(name: string): Promise<T> {
  const file = join(projectRoot(), 'scripts', 'bootstrap', name);
  return (await import(pathToFileURL(file).href)) as T;
}
