// Other labelers of reports, for `npm run bench -- labeler`: medspaCy and negspaCy from PyPI (about 270 MB), into a folder of
// their own. Run by itself it gets them when they are missing; ends with 1, and says why, where they cannot be got.
import { join } from 'node:path';
import { requirePython } from './prerequisites.mjs';
import { say, step } from './progress.mjs';
import { downloads, root } from './project.mjs';
import { runCommand } from './run-command.mjs';
import { StampedFolder } from './stamped-folder.mjs';

const requirements = join(root, 'bench', 'peers', 'requirements.txt');
const folder = new StampedFolder(join(downloads, 'peers', 'labelers'), [requirements]);

async function fetchLabelerPeers() {
  if (folder.present) return;
  await requirePython();
  await step('Getting medspaCy and negspaCy from PyPI', () =>
    folder.make((target) =>
      runCommand('python3', ['-m', 'pip', 'install', '-q', '--target', target, '-r', requirements], {
        log: 'pip-labeler-peers',
        code: 'DOWNLOAD_FAILED',
        sentence:
          'pip could not install the labelers to compare with: check the network and your pip settings',
      }),
    ),
  );
}

try {
  await fetchLabelerPeers();
} catch (error) {
  say(error.message);
  process.exitCode = 1;
}
