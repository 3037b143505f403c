import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { build, root } from './project.mjs';
import { runCommand } from './run-command.mjs';

/** Compiled folders, as `include` of tsconfig.json has them. */
const SOURCES = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8')).include;

/** The program: TypeScript in, `build/` out. */
export const program = {
  upToDate: () => fresh('program', [...SOURCES, 'tsconfig.json', 'package-lock.json']),
  async make() {
    const state = stateOf([...SOURCES, 'tsconfig.json', 'package-lock.json']);
    removeOrphans();
    await runCommand(
      process.execPath,
      [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.json'],
      {
        log: 'tsc',
        code: 'INTERNAL',
        sentence: 'The TypeScript sources do not compile; `npm run typecheck` shows why',
      },
    );
    remember('program', state);
  },
};

/** The page: `web/` in, `web/dist/` out. */
export const page = {
  upToDate: () => !existsSync(join(root, 'web')) || fresh('page', PAGE),
  async make() {
    const state = stateOf(PAGE);
    await runCommand(process.execPath, [join(root, 'node_modules/vite/bin/vite.js'), 'build', 'web'], {
      log: 'vite',
      code: 'INTERNAL',
      sentence: 'The page could not be built',
    });
    remember('page', state);
  },
};

/** Converted model weights: `models/convert` in, `.interleave/models` out. */
export const weights = {
  upToDate: () =>
    !existsSync(join(root, WEIGHTS_SCRIPT)) || (existsSync(modelsFolder()) && fresh('weights', WEIGHTS)),
  async make() {
    const state = stateOf(WEIGHTS);
    await runCommand(process.execPath, [join(build, WEIGHTS_SCRIPT.replace(/\.ts$/, '.js'))], {
      log: 'weights',
      code: 'DOWNLOAD_FAILED',
      sentence:
        'The model weights could not be fetched: check the network and your pip settings, then start again',
    });
    remember('weights', state);
  },
};

const PAGE = ['web', 'package-lock.json'];
const WEIGHTS = ['models/convert'];
const WEIGHTS_SCRIPT = 'models/convert/fetch.ts';
const modelsFolder = () => process.env.INTERLEAVE_MODELS_DIR ?? join(root, '.interleave', 'models');

const stampFile = (name) => join(root, '.interleave', 'stamps', name);

function fresh(name, sources) {
  return (
    (name === 'weights' || existsSync(name === 'page' ? join(root, 'web', 'dist') : build)) &&
    existsSync(stampFile(name)) &&
    readFileSync(stampFile(name), 'utf8') === stateOf(sources)
  );
}

function remember(name, state) {
  mkdirSync(dirname(stampFile(name)), { recursive: true });
  writeFileSync(stampFile(name), state);
}

/** Changes when a file below these paths is added, removed or written. */
function stateOf(paths) {
  const hash = createHash('sha256');
  const visit = (path) => {
    const stat = statSync(path);
    if (!stat.isDirectory()) hash.update(`${relative(root, path)}\0${stat.size}\0${stat.mtimeMs}\n`);
    else
      for (const name of readdirSync(path).sort())
        if (name !== 'dist' && name !== 'node_modules') visit(join(path, name));
  };
  for (const path of paths) if (existsSync(join(root, path))) visit(join(root, path));
  return hash.digest('hex');
}

/** What was compiled from a source that is gone: a deleted test would go on running. */
function removeOrphans() {
  if (!existsSync(build)) return;
  for (const entry of readdirSync(build, { withFileTypes: true, recursive: true })) {
    const file = join(entry.parentPath ?? entry.path, entry.name);
    const source = join(root, relative(build, file).replace(/\.js(\.map)?$/, '.ts'));
    if (entry.isFile() && /\.js(\.map)?$/.test(file) && !existsSync(source)) rmSync(file);
  }
}
