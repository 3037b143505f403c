import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectRoot } from '../platform/process/project-root.ts';

/** A module of `scripts/bootstrap/`, which is plain JavaScript because it runs before anything is compiled. */
async function load<T>(name: string): Promise<T> {
  const file = join(projectRoot(), 'scripts', 'bootstrap', name);
  return (await import(pathToFileURL(file).href)) as T;
}

/** Does one step and says so on standard error when it takes over a second. */
export type Step = <T>(title: string, work: () => Promise<T>) => Promise<T>;

export async function loadStep(): Promise<Step> {
  return (await load<{ step: Step }>('progress.mjs')).step;
}

/** Ends this process when what npm has started it from has gone, such as a test that was killed. */
export async function followNpm(): Promise<void> {
  (await load<{ followNpm(): void }>('follow-npm.mjs')).followNpm();
}

/** What the preparation looks for before its first download; each rejects or throws with `message` and `code`. */
export interface Prerequisites {
  requireNode(): void;
  requireJava(): Promise<void>;
  requireMaven(): Promise<void>;
  requirePython(): Promise<void>;
  ENGINES: readonly string[];
  enginePresent(name: string): boolean;
}

export async function loadPrerequisites(): Promise<Prerequisites> {
  const [tools, engines] = await Promise.all([
    load<Pick<Prerequisites, 'requireNode' | 'requireJava' | 'requireMaven' | 'requirePython'>>(
      'prerequisites.mjs',
    ),
    load<Pick<Prerequisites, 'ENGINES' | 'enginePresent'>>('fetch-engines.mjs'),
  ]);
  return { ...tools, ...engines };
}
