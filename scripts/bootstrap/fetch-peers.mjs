// Programs that are not ours, for tests and benches: HAPI and Apicurio (Java), python hl7 and pynetdicom (Python). Run by itself it gets
// those that are missing. What cannot be got is told, and the tests that need it say that they were skipped.
import { readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { mavenBuild } from './fetch-engines.mjs';
import { requireJava, requireMaven, requirePython } from './prerequisites.mjs';
import { say, step } from './progress.mjs';
import { downloads, root } from './project.mjs';
import { runCommand } from './run-command.mjs';
import { StampedFolder } from './stamped-folder.mjs';

const sources = (...path) => join(root, 'test', 'peers', ...path);
const java = ['pom.xml', 'HapiReceive.java', 'HapiSend.java'].map((name) => sources('java', name));
const requirements = sources('python', 'requirements.txt');

const apicurio = sources('apicurio', 'pom.xml');

const PEERS = [
  {
    title: 'HAPI from Maven Central',
    folder: new StampedFolder(join(downloads, 'peers', 'java'), java),
    async fill(folder) {
      await Promise.all([requireJava(), requireMaven()]);
      await mavenBuild(java[0], folder, 'hapi');
      const lib = readdirSync(join(folder, 'lib')).map((name) => join(folder, 'lib', name));
      const compiler = ['-cp', lib.join(delimiter), 'org.eclipse.jdt.internal.compiler.batch.Main'];
      const target = ['--release', '17', '-proc:none', '-d', join(folder, 'classes')];
      await runCommand('java', [...compiler, ...target, '-cp', lib.join(delimiter), ...java.slice(1)], {
        log: 'hapi-programs',
        code: 'INTERNAL',
        sentence: 'The Java programs of test/peers do not compile',
      });
    },
  },
  {
    title: 'the Apicurio schema registry from Maven Central',
    folder: new StampedFolder(join(downloads, 'peers', 'apicurio'), [apicurio]),
    async fill(folder) {
      await Promise.all([requireJava(), requireMaven()]);
      await mavenBuild(apicurio, folder, 'apicurio');
    },
  },
  {
    title: 'python hl7 and pynetdicom from PyPI',
    folder: new StampedFolder(join(downloads, 'peers', 'python'), [requirements]),
    async fill(folder) {
      await requirePython();
      // Into a folder of its own: Debian's Python has neither room for others' packages nor its module for virtual environments.
      await runCommand('python3', ['-m', 'pip', 'install', '-q', '--target', folder, '-r', requirements], {
        log: 'pip-peers',
        code: 'DOWNLOAD_FAILED',
        sentence: 'pip could not install the peers of the tests: check the network and your pip settings',
      });
    },
  },
];

/** Gets the peers that are not there; one that cannot be got is told and left out. */
export async function fetchPeers() {
  for (const { title, folder, fill } of PEERS) {
    if (folder.present) continue;
    try {
      await step(`Getting ${title}`, () => folder.make(fill));
    } catch (error) {
      say(`  not there: ${error.message}`);
    }
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await fetchPeers();
