// Brings `node_modules` to where the lock file is, and does nothing else: for checks that need no compiled program.
import { installPackages, packagesPresent } from './packages.mjs';
import { requireNode } from './prerequisites.mjs';
import { step } from './progress.mjs';
import { failWith } from './setup-error.mjs';

try {
  requireNode();
  if (!packagesPresent()) await step('Installing packages with npm', installPackages);
} catch (error) {
  failWith(error);
}
