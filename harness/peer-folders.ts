import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { projectRoot } from '../platform/process/project-root.ts';

const peers = (...path: string[]) => join(projectRoot(), '.interleave', 'peers', ...path);

/** Gets the peers that are missing (HAPI and Apicurio by Maven, Python packages by pip); what cannot be got stays away. */
export function fetchPeers(): void {
  spawnSync(process.execPath, [join(projectRoot(), 'scripts', 'bootstrap', 'fetch-peers.mjs')], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}

/** Java's class path with HAPI and our programs of `test/peers/java`; null where it could not be got. */
export function hapiClassPath(): string | null {
  if (!existsSync(peers('java', 'classes'))) return null;
  const jars = readdirSync(peers('java', 'lib')).map((name) => peers('java', 'lib', name));
  return [peers('java', 'classes'), ...jars].join(delimiter);
}

/** The jar of the Apicurio schema registry; null where it could not be got. */
export function apicurioJar(): string | null {
  if (!existsSync(peers('apicurio', '.stamp'))) return null;
  const jar = readdirSync(peers('apicurio')).find((name) => name.endsWith('-runner.jar'));
  return jar === undefined ? null : peers('apicurio', jar);
}

/** `PYTHONPATH` with pynetdicom and python hl7; null where they could not be got. */
export function pythonPath(): string | null {
  return existsSync(peers('python', '.stamp')) ? peers('python') : null;
}
