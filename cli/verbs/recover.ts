import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { InterleaveError } from '../../core/errors.ts';
import { setUpElasticsearch } from '../../infra/elasticsearch/setup.ts';
import { forgetGroup } from '../../infra/kafka/forget-group.ts';
import { liveEncoders } from '../../infra/kafka/live-generations.ts';
import { setUpKafka } from '../../infra/kafka/setup.ts';
import { damagedObjects } from '../../platform/object-store/open.ts';
import { commonConfig, loadConfig, positiveInt, text } from '../../platform/process/config.ts';
import { createLogger } from '../../platform/process/log.ts';
import { INDEX_ALIASES, indexerGroup } from '../../schemas/index/index-names.ts';
import { loadStep } from '../bootstrap.ts';
import { DATA_DIR_OPTION, dataDirOf } from '../data-dir.ts';
import { EXIT } from '../exit-codes.ts';
import { type Engines, openEngines } from '../recover/engines.ts';
import { runStepOf } from '../recover/run-step.ts';
import { begin, end, isUnfinished, recoverFolder } from '../recover/unfinished.ts';
import { claim } from '../up/instance.ts';
import type { Verb, VerbInput } from '../verb.ts';

const HELP = `
Usage: interleave recover [options]     (the system must be stopped: npx interleave down)

For when Kafka's log went back (LOG_WENT_BACK): an older copy was put back, records were lost in a power cut, or the
log was emptied. Then

  1. writes back to Kafka which states of cases the joiner's cache holds newer, merged with what the log has;
  2. makes the log longer than the index has seen it, so that the index takes what is written: it is never emptied;
  3. reads again every stored message and image that no case, event or dead letter knows of, with its first time of
     receipt;
  4. lists what cannot be restored.

Then start the system as always; what was read again is searchable soon. Running it again changes nothing more.
Kafka and Elasticsearch of the data folder are started for it; where INTERLEAVE_KAFKA_BROKERS is set, those of
INTERLEAVE_KAFKA_BROKERS and INTERLEAVE_ELASTICSEARCH_URL are used, and all services must be stopped.

Options:
  --dry-run         say what would be done, and change nothing
  --check-bytes     read every stored object that a case names, to find damaged ones (takes as long as reading them)
  --data-dir DIR    the data folder (default .interleave/data in the checkout)
  --json            print one object: { dryRun, wentBack: [{ partition, why }], inputsWentBack, written, restored, erased, erasures,
                    readAgain: { hl7, dicom, withoutReceipt }, lost: [{ code, caseId, sha256 }] }

Case ids are keyed hashes; nothing of a patient is printed.

Exit codes: 0 all is there again; 1 it failed, or something cannot be restored (it is listed); 2 the command line could
not be understood; 3 the system runs.
`;

export const recover: Verb = {
  name: 'recover',
  summary: "bring back what Kafka's log has lost, from the cache and the stored objects",
  help: HELP,
  options: {
    ...DATA_DIR_OPTION,
    'dry-run': { type: 'boolean', default: false },
    'check-bytes': { type: 'boolean', default: false },
  },
  async run(input) {
    const dataDir = dataDirOf(input);
    if (!existsSync(join(dataDir, 'objects')))
      throw new InterleaveError(
        'OBJECT_MISSING',
        `There is no object store in ${dataDir}: name its --data-dir.`,
      );
    const release = await claim(dataDir, input.say);
    try {
      const engines = await openEngines(dataDir, await loadStep());
      try {
        const done = await recoverAll(dataDir, engines, input);
        tell(done, input);
        return done.lost.length === 0 ? EXIT.ok : EXIT.failed;
      } finally {
        await engines.stop();
      }
    } finally {
      release();
    }
  },
};

const lossSchema = z.object({ code: z.string(), caseId: z.string(), sha256: z.string() });

const recoveredSchema = z.object({
  wentBack: z.array(z.object({ partition: z.number(), why: z.string() })),
  inputsWentBack: z.array(z.object({ topic: z.string(), partition: z.number() })),
  written: z.number(),
  restored: z.number(),
  erased: z.array(z.string()),
  erasures: z.array(z.string()),
  hl7: z.number(),
  dicom: z.number(),
  withoutReceipt: z.number(),
  losses: z.array(lossSchema),
});

const readAgainSchema = z.object({ read: z.number(), failed: z.array(lossSchema) });

type Found = z.infer<typeof recoveredSchema>;

type Done = Omit<Found, 'hl7' | 'dicom' | 'withoutReceipt' | 'losses'> & {
  dryRun: boolean;
  readAgain: Pick<Found, 'hl7' | 'dicom' | 'withoutReceipt'>;
  lost: Found['losses'];
};

async function recoverAll(dataDir: string, engines: Engines, input: VerbInput): Promise<Done> {
  const dryRun = input.flag('dry-run');
  const folder = recoverFolder(dataDir);
  const unfinished = isUnfinished(dataDir);
  const env = {
    INTERLEAVE_DATA_DIR: dataDir,
    INTERLEAVE_KAFKA_BROKERS: engines.kafkaBrokers,
    INTERLEAVE_ELASTICSEARCH_URL: engines.elasticsearchUrl,
    INTERLEAVE_RECOVER_FOLDER: folder,
    INTERLEAVE_RECOVER_DRY_RUN: String(dryRun),
    INTERLEAVE_RECOVER_CHECK_BYTES: String(input.flag('check-bytes')),
    INTERLEAVE_RECOVER_UNFINISHED: String(unfinished),
  };
  const say = (line: string) => input.say(`· ${line} …`);
  if (!dryRun) {
    await begin(dataDir);
    await setUp(engines);
  }
  const found = recoveredSchema.parse(await runStepOf('joiner', 'recover/main', env, say));
  const failed: Done['lost'] = [];
  const readAgain = { hl7: found.hl7, dicom: found.dicom, withoutReceipt: found.withoutReceipt };
  if (!dryRun)
    for (const [kind, service] of [
      ['hl7', 'hl7-gateway'],
      ['dicom', 'dicom-gateway'],
    ] as const) {
      if (found[kind] === 0) continue;
      say(`Reading ${found[kind]} stored objects again: ${service}`);
      const list = { ...env, INTERLEAVE_READ_AGAIN_LIST: join(folder, `${service}.jsonl`) };
      const again = readAgainSchema.parse(await runStepOf(service, 'read-again-main', list, say));
      readAgain[kind] = again.read;
      failed.push(...again.failed);
    }
  if (!dryRun || !unfinished) await end(dataDir);
  const damaged = (await damagedObjects(dataDir)).flatMap(({ caseIds, sha256 }) =>
    caseIds.map((caseId) => ({ code: 'OBJECT_DAMAGED', caseId, sha256 })),
  );
  const { wentBack, inputsWentBack, written, restored, erased, erasures, losses } = found;
  const lost = [...losses, ...failed, ...damaged];
  return { dryRun, wentBack, inputsWentBack, written, restored, erased, erasures, readAgain, lost };
}

/** What an emptied log lacks: topics; and indices, where they are gone too. */
async function setUp({ kafkaBrokers, elasticsearchUrl }: Engines): Promise<void> {
  const { partitions, replication, schemaRegistryUrl, ...aliases } = loadConfig({
    schemaRegistryUrl: commonConfig.schemaRegistryUrl,
    partitions: commonConfig.partitions,
    replication: positiveInt(1),
    casesAlias: text(INDEX_ALIASES.casesAlias),
    analysisAlias: text(INDEX_ALIASES.analysisAlias),
  });
  const log = createLogger('recover', 'silent');
  const brokers = kafkaBrokers.split(',');
  const { clusterId } = await setUpKafka({ brokers, partitions, replication, schemaRegistryUrl }, log);
  await setUpElasticsearch(elasticsearchUrl, log, {
    kafkaCluster: clusterId,
    aliases,
    live: await liveEncoders(brokers, log),
    forget: ({ cases }) => forgetGroup(brokers, indexerGroup(cases), log),
  });
}

function tell(done: Done, input: VerbInput): void {
  if (input.json) {
    input.print(JSON.stringify(done));
    return;
  }
  const { dryRun, wentBack, inputsWentBack, written, restored, erased, erasures, readAgain, lost } = done;
  const would = dryRun ? 'would be ' : '';
  const typed = input.text('data-dir');
  const folder = typed === undefined ? '' : ` --data-dir ${typed}`;
  for (const { why } of wentBack) input.print(why);
  if (wentBack.length === 0) input.print('radiology.case has not gone back.');
  for (const { topic, partition } of inputsWentBack)
    input.print(`Partition ${partition} of ${topic} went back: what is there ${would || 'is '}read again.`);
  input.print(`${written} states of cases ${would}written, ${restored} of them newer than the log had them.`);
  for (const caseId of erasures) input.print(`${caseId} was erased: that is ${would}decided again.`);
  for (const caseId of erased.filter((one) => !erasures.includes(one)))
    input.print(
      `${caseId} was erased and was there again: it is ${would || 'now '}erased; decide it again with \`npx interleave erase\`.`,
    );
  input.print(`${readAgain.hl7} messages and ${readAgain.dicom} images ${would}read again.`);
  if (readAgain.withoutReceipt > 0)
    input.print(
      `${readAgain.withoutReceipt} of them are from before receipts were kept: the time of the file stands for that of receipt, and no calling AE title is known.`,
    );
  for (const { code, caseId, sha256 } of lost) input.print([code, caseId, sha256].join(' ').trimEnd());
  if (lost.length > 0) input.print(`${lost.length} cannot be restored: see docs/operations.md.`);
  else if (!dryRun) input.print(`All is there again. Start the system: npx interleave up${folder}`);
}
