import { InterleaveError } from '../../core/errors.ts';
import { isRunning } from '../../infra/process/process-identity.ts';
import { type DiskSpace, diskSpace, lacking } from '../../platform/disk/disk-space.ts';
import { ENGINE_MIN_FREE_BYTES } from '../../platform/disk/limits.ts';
import { DATA_DIR_OPTION, dataDirOf } from '../data-dir.ts';
import { EXIT } from '../exit-codes.ts';
import { STATUS_ANSWER_MS } from '../limits.ts';
import { countCases } from '../status/counts.ts';
import { type GroupLag, groupLags } from '../status/lag.ts';
import { type Instance, readInstance, runningPid } from '../up/instance.ts';
import { readiness } from '../up/ready.ts';
import type { Verb } from '../verb.ts';

const HELP = `
Usage: interleave status [options]

Shows a running system: its addresses, whether each part runs and is ready, how many records each consumer group has
still to read (lag), how many cases can be found, and how much room the disk has.

Options:
  --data-dir DIR    the data folder (default .interleave/data in the checkout)
  --json            print one object: { page, hl7, dicom, kafkaBrokers, elasticsearchUrl,
                    parts: [{ name, running, ready, detail }], lag: [{ group, lag }], cases,
                    disk: { state, free, detail } }, free in bytes

Exit codes: 0 every part is ready; 1 a part is not; 2 the command line could not be understood; 3 nothing runs.
`;

interface Part {
  name: string;
  running: boolean;
  ready: boolean;
  detail: string;
}

export const status: Verb = {
  name: 'status',
  summary: 'show what runs, what waits and how many cases there are',
  help: HELP,
  options: { ...DATA_DIR_OPTION },
  async run(input) {
    const dataDir = dataDirOf(input);
    const instance = runningPid(dataDir) === undefined ? undefined : readInstance(dataDir);
    if (instance === undefined)
      throw new InterleaveError(
        'NOT_RUNNING',
        `Nothing runs on ${dataDir}: start it with \`npm start\`, or name its --data-dir.`,
      );
    const lags = groupLags(instance.kafkaBrokers);
    const answers: Record<string, Promise<boolean>> = {
      kafka: lags.then((lag) => lag !== undefined),
      elasticsearch: elasticsearchAnswers(instance.elasticsearchUrl),
    };
    const disk = await diskSpace(dataDir);
    const [parts, lag = [], cases] = await Promise.all([
      Promise.all(instance.children.map((child) => describePart(child, instance, answers, disk))),
      lags,
      countCases(instance.elasticsearchUrl),
    ]);
    const { page, kafkaBrokers, elasticsearchUrl, hl7, dicom } = instance;
    const addresses = { page, hl7, dicom, kafkaBrokers, elasticsearchUrl };
    if (input.json) input.print(JSON.stringify({ ...addresses, parts, lag, cases: cases ?? null, disk }));
    else for (const line of table(instance, parts, lag, cases, disk)) input.print(line);
    return parts.every((part) => part.ready) ? EXIT.ok : EXIT.failed;
  },
};

/** Services and the feed say themselves whether they are ready; an engine is when it answers. */
async function describePart(
  { name, identity }: Instance['children'][number],
  instance: Instance,
  engineAnswers: Record<string, Promise<boolean>>,
  disk: DiskSpace,
): Promise<Part> {
  const running = isRunning(identity);
  const port = instance.health[name];
  if (!running) return { name, running, ready: false, detail: ['does not run', whyNot(name, disk)].join('') };
  if (port !== undefined) {
    const { ready, missing } = await readiness(port, STATUS_ANSWER_MS);
    return { name, running, ready, detail: ready ? '' : missing };
  }
  const answers = (await engineAnswers[name]) ?? true;
  return { name, running, ready: answers, detail: answers ? '' : 'does not answer' };
}

/** Engines are not started again on a full disk. */
function whyNot(name: string, { free }: DiskSpace): string {
  const missing = name in ENGINES ? lacking(free, ENGINE_MIN_FREE_BYTES) : null;
  return missing === null ? '' : `: it waits for room (${missing})`;
}

const ENGINES = { kafka: true, elasticsearch: true };

async function elasticsearchAnswers(url: string): Promise<boolean> {
  const answer = await fetch(new URL('/_cluster/health', url), {
    signal: AbortSignal.timeout(STATUS_ANSWER_MS),
  }).catch(() => undefined);
  return answer?.ok === true;
}

function table(
  instance: Instance,
  parts: Part[],
  lag: GroupLag[],
  cases: number | undefined,
  disk: DiskSpace,
): string[] {
  const { hl7, dicom } = instance;
  return [
    `page ${instance.page}   since ${instance.startedAt}`,
    `  reports ${hl7.host}:${hl7.port} (MLLP)   images ${dicom.aeTitle}@${dicom.host}:${dicom.port} (C-STORE)`,
    `  Kafka ${instance.kafkaBrokers}   Elasticsearch ${instance.elasticsearchUrl}`,
    ...parts.map(({ name, ready, detail }) =>
      `  ${name.padEnd(16)} ${ready ? 'ready' : 'NOT READY'}  ${detail}`.trimEnd(),
    ),
    ...lag.map((group) => `  ${group.group.padEnd(36)} lag ${group.lag}`),
    `  cases that can be found: ${cases ?? 'unknown'}`,
    `  disk: ${disk.detail || `${Math.floor(disk.free / (1024 * 1024))} MiB free`}`,
  ];
}
