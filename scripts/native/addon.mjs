import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { root } from '../bootstrap/project.mjs';
import { run, runCommand } from '../bootstrap/run-command.mjs';
import { KINDS } from './kinds.mjs';

/**
 * Installs the npm package of this kind without its install script, which would download the library from elsewhere.
 * Resolves to the kinds that are installed then.
 */
export async function installPackage(kind) {
  const kinds = Object.values(KINDS).filter((one) => one === kind || existsSync(one.packageFolder));
  await runCommand('npm', installArguments(kinds), {
    log: `npm-${kind.name}`,
    code: 'DOWNLOAD_FAILED',
    sentence: `npm could not install ${kind.package}: check the network and your npm settings, then start again`,
  });
  return kinds;
}

/**
 * None stands in the lock file, so npm removes the kinds that are not named. `--save-prod` has it install what package.json
 * calls an optional peer, which it would leave out without a word; `--no-save` has it write nothing down.
 */
export function installArguments(kinds) {
  const options = [
    '--no-save',
    '--save-prod',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ];
  return ['install', ...options, ...kinds.map((one) => `${one.package}@${one.version}`)];
}

/** Whether the addon is there and finds the libraries: `npm ci` takes it away, and leaves the libraries. */
export function addonPresent(kind) {
  return existsSync(addonFile(kind)) && existsSync(join(kind.packageFolder, 'deps', '.stamp'));
}

/** Leads `deps` to the libraries and compiles the addon against them, with the node-gyp that npm brings. */
export async function buildAddon(kind) {
  const deps = join(kind.packageFolder, 'deps');
  rmSync(deps, { recursive: true, force: true });
  symlinkSync(relative(kind.packageFolder, kind.folder), deps);
  mkdirSync(dirname(addonFile(kind)), { recursive: true });
  await runCommand(process.execPath, gypArguments(await nodeGyp(), kind.packageFolder), {
    log: `node-gyp-${kind.name}`,
    code: 'ADDON_FAILED',
    sentence: `The addon of ${kind.package} could not be compiled`,
  });
  rmSync(join(kind.packageFolder, 'build'), { recursive: true, force: true });
}

/** What node-pre-gyp would say to it. Node's headers are those of the Node that runs us, so none are downloaded. */
export function gypArguments(nodeGyp, packageFolder, nodePrefix = dirname(dirname(process.execPath))) {
  return [
    nodeGyp,
    'rebuild',
    '-C',
    packageFolder,
    `--nodedir=${nodePrefix}`,
    '--',
    '-Dmodule_name=tfjs_binding',
    `-Dmodule_path=./lib/napi-v${NODE_API}`,
    `-Dnapi_build_version=${NODE_API}`,
  ];
}

/** The highest version of Node-API that the package names. */
const NODE_API = 8;

function addonFile({ packageFolder }) {
  return join(packageFolder, 'lib', `napi-v${NODE_API}`, 'tfjs_binding.node');
}

/** `npm run` says where it is; else npm is asked where it is itself. */
async function nodeGyp(env = process.env) {
  if (env.npm_config_node_gyp && existsSync(env.npm_config_node_gyp)) return env.npm_config_node_gyp;
  const global = (await run('npm', ['root', '-g'])).trim().split('\n').at(-1);
  return join(global ?? root, 'npm', 'node_modules', 'node-gyp', 'bin', 'node-gyp.js');
}
