import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from '../bootstrap/run-command.mjs';
import { SetupError } from '../bootstrap/setup-error.mjs';

/** The wheels are built for Linux on x86-64 with glibc. */
export function requirePlatform({ platform, arch, glibc } = thisMachine()) {
  if (platform !== 'linux' || arch !== 'x64' || glibc === undefined)
    throw missing(
      `TensorFlow's library is for Linux on x86-64 with glibc, and this is ${platform} on ${arch}${platform === 'linux' && glibc === undefined ? ' without it' : ''}: here the engines stay that come with npm`,
    );
}

/** What compiles the addon: make, a C++ compiler, Node's headers. Python and pip are asked for beside them. */
export async function requireCompiler({ make = 'make', compiler = process.env.CXX || 'g++', prefix } = {}) {
  const lacking = [
    ...((await works(make)) ? [] : ['make']),
    ...((await works(compiler)) ? [] : ['a C++ compiler']),
  ];
  if (lacking.length > 0)
    throw missing(`${lacking.join(' and ')} must be on the PATH (Debian: apt-get install make g++)`);
  const folder = prefix ?? dirname(dirname(process.execPath));
  if (!existsSync(join(folder, 'include', 'node', 'node_api.h')))
    throw missing(
      `Node's headers must lie in ${join(folder, 'include', 'node')} (Debian's Node: apt-get install libnode-dev)`,
    );
}

function thisMachine() {
  const { header } = process.report.getReport();
  return { platform: process.platform, arch: process.arch, glibc: header.glibcVersionRuntime };
}

function works(command) {
  return run(command, ['--version']).then(
    () => true,
    () => false,
  );
}

function missing(sentence) {
  return new SetupError('PREREQUISITE_MISSING', `${sentence}.`);
}
