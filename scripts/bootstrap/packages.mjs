import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { removeOtherPlatforms } from './other-platforms.mjs';
import { root } from './project.mjs';
import { runCommand } from './run-command.mjs';

/**
 * Whether `node_modules` holds what the lock file names. npm writes `node_modules/.package-lock.json` last, so an
 * installation that was cut short is not complete. Optional packages (other systems' binaries) may be left out.
 */
export function packagesPresent(folder = root) {
  const installedFile = join(folder, 'node_modules', '.package-lock.json');
  if (!existsSync(installedFile)) return false;
  const wanted = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')).packages;
  const installed = JSON.parse(readFileSync(installedFile, 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, { version, optional }]) =>
      path === '' || installed[path]?.version === version || (optional === true && !(path in installed)),
  );
}

export async function installPackages() {
  await runCommand('npm', ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'], {
    log: 'npm-ci',
    code: 'DOWNLOAD_FAILED',
    sentence: 'npm could not install the packages: check the network and your npm settings, then start again',
    // Its install script would fetch CUDA libraries. `allowScripts` of package.json says so to npm 11.
    env: { ONNXRUNTIME_NODE_INSTALL: 'skip' },
  });
  removeOtherPlatforms();
}
