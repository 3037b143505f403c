import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectRoot } from '../platform/project-root.ts';

/** Does one step and says so on standard error when it takes over a second. */
export type Step = <T>(title: string, work: () => Promise<T>) => Promise<T>;

/** The progress lines of the preparation, which is plain JavaScript because it runs before anything is compiled. */
export async function loadStep(): Promise<Step> {
  const file = pathToFileURL(join(projectRoot(), 'infra', 'bootstrap', 'progress.mjs'));
  const { step } = (await import(file.href)) as { step: Step };
  return step;
}
