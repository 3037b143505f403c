import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './project.mjs';

/**
 * Removes what this machine cannot load of `onnxruntime-node`, which brings the libraries of every system in one package:
 * 288 MB, of which Linux on x64 needs 45. What it is not sure of it leaves, and npm installs the whole again.
 */
export function removeOtherPlatforms(folder = root, { platform, arch } = process) {
  const bin = join(folder, 'node_modules', 'onnxruntime-node', 'bin');
  for (const version of foldersIn(bin).filter((name) => name.startsWith('napi-'))) {
    if (!existsSync(join(bin, version, platform, arch))) continue;
    for (const system of foldersIn(join(bin, version)))
      for (const processor of foldersIn(join(bin, version, system)))
        if (system !== platform || processor !== arch)
          rmSync(join(bin, version, system, processor), { recursive: true, force: true });
  }
}

function foldersIn(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}
