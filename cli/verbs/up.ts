import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SYSTEM_MEMORY_MB } from '../../infra/embedded/limits.ts';
import { requireDisk, requireMemory } from '../../infra/embedded/resources.ts';
import { flag, loadConfig, text } from '../../platform/process/config.ts';
import { unknownVariables } from '../../platform/process/known-variables.ts';
import { PRIVATE_UMASK } from '../../platform/process/private-folder.ts';
import { projectRoot } from '../../platform/process/project-root.ts';
import { loadStep } from '../bootstrap.ts';
import { DATA_DIR_OPTION, dataDirOf } from '../data-dir.ts';
import { EXIT } from '../exit-codes.ts';
import { DATA_DISK_MB, DEFAULT_RATE, MAX_PORT, MAX_RATE } from '../limits.ts';
import { requireFinished } from '../recover/unfinished.ts';
import { countCases } from '../status/counts.ts';
import { claim, type Instance } from '../up/instance.ts';
import { choosePorts } from '../up/ports.ts';
import { onStopSignal } from '../up/stop-signal.ts';
import { System } from '../up/system.ts';
import { numberOption, type Verb, type VerbInput } from '../verb.ts';

const HELP = `
Usage: interleave up [options]     (npm start does the same)

Starts the whole system in the foreground: Kafka, Elasticsearch, the seven services, and a simulated radiology
department that sends reports and images. Prints one address to open when everything is ready. Ctrl-C stops
everything; the next start goes on with the data. A part that dies is started again, and that is said.

Options:
  --no-feed         without the simulated department
  --rate N          cases per second that it sends (default ${DEFAULT_RATE})
  --data-dir DIR    folder for all data (default .interleave/data in the checkout)
  --port N          port of the page on 127.0.0.1 (default 8480)
  --any-ports       take free ports for everything: for a second system beside the first
  --rebuild-index   throw the search index away and fill it again from the cases on Kafka
  --json            print one object with all addresses when everything is ready

Logs of the parts are in DATA-DIR/logs. Everything listens on 127.0.0.1 only. Elasticsearch runs without sign-in:
who can open a connection from this machine can read it. INTERLEAVE_* variables change the rest (docs/operations.md).

Exit codes: 0 stopped by Ctrl-C or \`down\`; 1 it could not start; 2 the command line could not be understood;
3 another \`up\` runs on this data folder.
`;

export const up: Verb = {
  name: 'up',
  summary: 'start everything and print the address of the page',
  help: HELP,
  options: {
    ...DATA_DIR_OPTION,
    'no-feed': { type: 'boolean', default: false },
    'any-ports': { type: 'boolean', default: false },
    'rebuild-index': { type: 'boolean', default: false },
    rate: { type: 'string' },
    port: { type: 'string' },
  },
  async run(input) {
    process.umask(PRIVATE_UMASK);
    const rate = numberOption(input, 'rate', { min: 0.001, max: MAX_RATE }) ?? DEFAULT_RATE;
    const page = numberOption(input, 'port', { min: 1, max: MAX_PORT, integer: true });
    const dataDir = dataDirOf(input);
    for (const { setting, near } of unknownVariables())
      input.say(`! Nothing reads ${setting}${near === undefined ? '' : `: is ${near} meant?`}`);
    const release = await claim(dataDir, input.say);
    try {
      requireFinished(dataDir);
      requireMemory(SYSTEM_MEMORY_MB, 'Interleave');
      await requireDisk(dataDir, DATA_DISK_MB);
      const system = new System({
        dataDir,
        ports: await choosePorts({ any: input.flag('any-ports'), page }),
        feedRate: input.flag('no-feed') ? undefined : rate,
        rebuildIndex: input.flag('rebuild-index'),
        say: input.say,
        step: await loadStep(),
        programs: process.env['INTERLEAVE_PROGRAM_DIR'] || join(projectRoot(), 'build'),
      });
      await runUntilStopped(system, input);
      return EXIT.ok;
    } finally {
      release();
    }
  },
};

/** Starts, tells, waits for a signal, stops. A failed start stops what had started. */
async function runUntilStopped(system: System, input: VerbInput): Promise<void> {
  let asked: (reason: 'stop') => void = () => undefined;
  const stopAsked = new Promise<'stop'>((resolve) => {
    asked = resolve;
  });
  onStopSignal(
    () => asked('stop'),
    () => system.kill(),
  );
  const keepAlive = setInterval(() => undefined, 60_000);
  try {
    const started = await Promise.race([system.start(), stopAsked]);
    if (started !== 'stop') {
      tell(started, input);
      void tellFirstCase(started, input, stopAsked);
      await stopAsked;
    }
    input.say('· Stopping …');
  } finally {
    await system.stop();
    clearInterval(keepAlive);
  }
  input.say('✓ Stopped; the data stays for the next start');
}

function tell(instance: Instance, input: VerbInput): void {
  const { page, hl7, dicom } = instance;
  if (input.json) input.print(JSON.stringify(instance));
  else input.print(page);
  input.say(`✓ Interleave is ready: open ${page}`);
  input.say(
    `  reports to ${hl7.host}:${hl7.port} (MLLP), images to ${dicom.aeTitle}@${dicom.host}:${dicom.port} (C-STORE)`,
  );
  const { stowPort, stowTls } = loadConfig({ stowPort: text(''), stowTls: flag(false) });
  const scheme = stowTls ? 'https' : 'http';
  if (stowPort)
    input.say(`  images over HTTP to ${scheme}://127.0.0.1:${stowPort}/dicom-web/studies (STOW-RS)`);
  input.say('  Research software, not for diagnosis. Ctrl-C stops everything.');
}

/** On an empty system, says when the first case can be found, counted from the start of this process (`npm start`). */
async function tellFirstCase(
  instance: Instance,
  input: VerbInput,
  stopAsked: Promise<unknown>,
): Promise<void> {
  let stopped = false;
  void stopAsked.then(() => {
    stopped = true;
  });
  if ((await countCases(instance.elasticsearchUrl)) !== 0) return;
  while (!stopped) {
    await sleep(500);
    if (((await countCases(instance.elasticsearchUrl)) ?? 0) === 0) continue;
    if (!stopped)
      input.say(`✓ The first case is searchable (${Math.round(process.uptime())} s after the start)`);
    return;
  }
}
