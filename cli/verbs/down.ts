import { setTimeout as sleep } from 'node:timers/promises';
import { InterleaveError } from '../../core/errors.ts';
import { identify } from '../../infra/process/process-identity.ts';
import { DATA_DIR_OPTION, dataDirOf } from '../data-dir.ts';
import { EXIT } from '../exit-codes.ts';
import { DOWN_MS } from '../limits.ts';
import { runningPid, stopOrphans } from '../up/instance.ts';
import type { Verb } from '../verb.ts';

const HELP = `
Usage: interleave down [options]

Stops the system that \`interleave up\` (or \`npm start\`) started on this data folder, and waits until it has stopped. The
data stays. Processes that a killed \`up\` left behind are stopped, too.

Options:
  --data-dir DIR    the data folder (default .interleave/data in the checkout)
  --json            print {"stopped": true}

Exit codes: 0 stopped; 1 it did not stop within ${DOWN_MS / 1000} s; 2 the command line could not be understood;
3 it did not run.
`;

export const down: Verb = {
  name: 'down',
  summary: 'stop what `up` started',
  help: HELP,
  options: { ...DATA_DIR_OPTION },
  async run(input) {
    const dataDir = dataDirOf(input);
    const pid = runningPid(dataDir);
    if (pid === undefined) {
      if ((await stopOrphans(dataDir, input.say)) === 0)
        throw new InterleaveError(
          'NOT_RUNNING',
          `Nothing runs on ${dataDir}; a system on another folder is named by --data-dir.`,
        );
    } else {
      input.say('· Stopping …');
      process.kill(pid, 'SIGTERM');
      for (const deadline = Date.now() + DOWN_MS; identify(pid) !== undefined; await sleep(100))
        if (Date.now() > deadline)
          throw new InterleaveError('STOP_TIMEOUT', `Process ${pid} still runs after ${DOWN_MS / 1000} s.`);
    }
    if (input.json) input.print(JSON.stringify({ stopped: true }));
    else input.say('✓ Stopped');
    return EXIT.ok;
  },
};
