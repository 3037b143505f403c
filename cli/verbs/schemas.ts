import { userInfo } from 'node:os';
import type { Kafka } from 'kafkajs';
import { InterleaveError } from '../../core/errors.ts';
import { MAX_SCHEMA_ID } from '../../platform/avro/limits.ts';
import { givenUpRecord, readSchemaEntry, type SchemaEntry } from '../../platform/avro/schema-entry.ts';
import { SchemaStore } from '../../platform/avro/schema-store.ts';
import { createKafka } from '../../platform/kafka/client.ts';
import { EventProducer } from '../../platform/kafka/producer.ts';
import { readWhole } from '../../platform/kafka/read-whole.ts';
import { Schemas } from '../../platform/kafka/schemas.ts';
import { commonConfig, loadConfig } from '../../platform/process/config.ts';
import { createLogger } from '../../platform/process/log.ts';
import { Metrics } from '../../platform/process/metrics.ts';
import { Readiness } from '../../platform/process/readiness.ts';
import { schemaOptions } from '../../schemas/schema-options.ts';
import { TOPICS } from '../../schemas/topics.ts';
import { DATA_DIR_OPTION } from '../data-dir.ts';
import { EXIT } from '../exit-codes.ts';
import { askedInstance, namesBrokers } from '../up/asked-instance.ts';
import type { Verb, VerbInput } from '../verb.ts';

const HELP = `
Usage: interleave schemas list [options]
       interleave schemas publish [options]
       interleave schemas give-up ID --reason TEXT --yes [options]

Every build puts the schemas of its events on ${TOPICS.schema} before it writes its first event. A record whose schema nobody
gives waits, and with it its partition: the log says \`schema.missing\`, /readyz says \`schemas\`.

  list     what stands on the topic: id, event, and whether this build has it, learns it, or cannot read it (too new)
  publish  puts the schemas of this build there, or into the site's registry, as each service does at its start. Once before a
           service of a new build starts, where a registry numbers schemas by itself
  give-up  decides that nobody will give schema ID: the records that name it become dead letters within seconds, and what
           waits behind them goes on. For an id that no build of yours has written with. A schema that can be had cannot be
           given up; where it comes after all, the records behind are read again.

Options:
  --reason TEXT    why; name no patient here
  --actor NAME     who decides (default: the account that you are logged in with)
  --yes            without it nothing is done
  --data-dir DIR   the data folder (default .interleave/data in the checkout)
  --json           print one object: list: { schemas: [{ id, event, state }] }; publish: { schemas }; give-up: { id, actor, at }

Exit codes: 0 done; 1 it failed; 2 the command line could not be understood.
`;

export const schemas: Verb = {
  name: 'schemas',
  summary: 'the schemas of all builds: list them, give a missing one up',
  help: HELP,
  takesWords: true,
  options: {
    ...DATA_DIR_OPTION,
    reason: { type: 'string' },
    actor: { type: 'string' },
    yes: { type: 'boolean', default: false },
  },
  async run(input) {
    const [what, ...words] = input.positionals;
    if (what === 'list' && words.length === 0) return list(input);
    if (what === 'publish' && words.length === 0) return publish(input);
    const [id = ''] = words;
    if (what === 'give-up' && words.length === 1 && /^[1-9]\d{0,9}$/.test(id) && Number(id) <= MAX_SCHEMA_ID)
      return giveUp(Number(id), input);
    throw new InterleaveError('USAGE', 'See `interleave schemas --help`.');
  },
};

async function list(input: VerbInput) {
  const store = new SchemaStore();
  const rows = (await entriesOf(open(input, store).kafka)).map((entry) => ({
    id: entry.id,
    event: 'schema' in entry ? entry.event : '',
    state: stateOf(entry, store),
  }));
  if (input.json) input.print(JSON.stringify({ schemas: rows }));
  else if (rows.length === 0) input.print(`There is nothing on ${TOPICS.schema}.`);
  for (const { id, event, state } of input.json ? [] : rows)
    input.print([id, event, state].filter((word) => word !== '').join('  '));
  return EXIT.ok;
}

function stateOf(entry: SchemaEntry, store: SchemaStore): string {
  if ('givenUp' in entry) return `given up by ${entry.givenUp.actor}: ${entry.givenUp.reason}`;
  try {
    store.learn(entry.id, entry.schema);
  } catch (error) {
    return error instanceof InterleaveError ? error.code : 'INTERNAL';
  }
  if (store.isRegistered(entry.id)) return 'of this build';
  return store.isTooNew(entry.id) ? 'too new for this build' : 'learnt';
}

/** The newest of each id. */
async function entriesOf(kafka: Kafka): Promise<SchemaEntry[]> {
  const newest = new Map<string, SchemaEntry | null>();
  await readWhole(kafka, TOPICS.schema, (records) => {
    for (const { key, value } of records)
      newest.set(key, value === null ? null : readSchemaEntry(key, value));
  });
  return [...newest.values()].filter((entry) => entry !== null).sort((a, b) => a.id - b.id);
}

async function publish(input: VerbInput) {
  const store = new SchemaStore();
  await Schemas.published(open(input, store).options);
  const count = store.registered().length;
  if (input.json) input.print(JSON.stringify({ schemas: count }));
  else input.print(`All ${count} schemas of this build can be had.`);
  return EXIT.ok;
}

async function giveUp(id: number, input: VerbInput) {
  const reason = input.text('reason') ?? '';
  if (reason.trim() === '' || !input.flag('yes'))
    throw new InterleaveError('USAGE', 'It needs --reason TEXT and --yes: see `interleave schemas --help`.');
  const store = new SchemaStore();
  const { kafka, options, log } = open(input, store);
  const asked = Schemas.reading(options).ask(id);
  const isHad = await asked.then(
    () => true,
    () => store.isTooNew(id),
  );
  if (isHad) throw new InterleaveError('USAGE', `Schema ${id} can be had: what needs it is an upgrade.`);
  const decision = { actor: input.text('actor') ?? userInfo().username, reason, at: Date.now() };
  const producer = await EventProducer.connect(kafka, log, new Metrics('cli'));
  try {
    await producer.send(TOPICS.schema, givenUpRecord(id, decision));
  } finally {
    await producer.disconnect();
  }
  const { actor, at } = decision;
  if (input.json) input.print(JSON.stringify({ id, actor, at }));
  else input.print(`Schema ${id} is given up: records that name it become dead letters within seconds.`);
  return EXIT.ok;
}

function open(input: VerbInput, store: SchemaStore) {
  const config = loadConfig(commonConfig);
  const brokers = askedInstance(input, namesBrokers())?.kafkaBrokers.split(',') ?? config.kafkaBrokers;
  const log = createLogger('cli', 'fatal');
  const kafka = createKafka(brokers, 'interleave-cli', log);
  const told = { log, metrics: new Metrics('cli'), ready: new Readiness() };
  return { kafka, log, options: { ...schemaOptions(kafka, config, told), store } };
}
