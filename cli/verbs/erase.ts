import { userInfo } from 'node:os';
import { join } from 'node:path';
import { InterleaveError } from '../../core/errors.ts';
import { isCaseId } from '../../core/radiology/case-key.ts';
import { correctionKey, sealedCorrection } from '../../core/radiology/corrections.ts';
import { createKafka } from '../../platform/kafka/client.ts';
import { EventProducer } from '../../platform/kafka/producer.ts';
import { Schemas } from '../../platform/kafka/schemas.ts';
import { commonConfig, loadConfig } from '../../platform/process/config.ts';
import { readSecret } from '../../platform/process/files.ts';
import { createLogger } from '../../platform/process/log.ts';
import { Metrics } from '../../platform/process/metrics.ts';
import { Readiness } from '../../platform/process/readiness.ts';
import { events } from '../../schemas/events.ts';
import { schemaOptions } from '../../schemas/schema-options.ts';
import { TOPICS } from '../../schemas/topics.ts';
import { DATA_DIR_OPTION, dataDirOf } from '../data-dir.ts';
import { EXIT } from '../exit-codes.ts';
import { askedInstance, namesBrokers } from '../up/asked-instance.ts';
import type { Verb } from '../verb.ts';

const HELP = `
Usage: interleave erase CASE --reason TEXT --yes [options]

Decides that a case is erased, for good: its state, its document in the index and its bytes in the object store. CASE is a case
id (32 hex digits, as in the log and in the page's address). The decision is kept for ever, with who decided, when and why.
The joiner carries it out within seconds, or when it runs again. What comes for the case later is not merged any more: it
becomes a dead letter (CASE_ERASED).

Options:
  --reason TEXT    why; name no patient here
  --actor NAME     who decides (default: the account that you are logged in with)
  --yes            without it nothing is done
  --data-dir DIR   the data folder (default .interleave/data in the checkout)
  --json           print one object: { caseId, decidedAt, actor }

Exit codes: 0 the decision is on Kafka; 1 it failed; 2 the command line could not be understood.
`;

export const erase: Verb = {
  name: 'erase',
  summary: 'decide that a case is erased, with its stored bytes',
  help: HELP,
  takesWords: true,
  options: {
    ...DATA_DIR_OPTION,
    reason: { type: 'string' },
    actor: { type: 'string' },
    yes: { type: 'boolean', default: false },
  },
  async run(input) {
    const [caseId = '', ...more] = input.positionals;
    const reason = input.text('reason') ?? '';
    if (!isCaseId(caseId) || more.length > 0)
      throw new InterleaveError('USAGE', 'It needs one case id: 32 hexadecimal digits, in lower case.');
    if (reason.trim() === '' || !input.flag('yes'))
      throw new InterleaveError('USAGE', 'It needs --reason TEXT and --yes: see `interleave erase --help`.');
    const dataDir = dataDirOf(input);
    const { kafkaBrokers, siteSecretFile, schemaRegistryUrl } = loadConfig(commonConfig);
    const brokers = askedInstance(input, namesBrokers())?.kafkaBrokers.split(',') ?? kafkaBrokers;
    const secret = await readSecret(siteSecretFile || join(dataDir, 'site-secret'));
    const correction = sealedCorrection(secret, {
      kind: 'ERASE',
      caseId,
      decidedAt: Date.now(),
      actor: input.text('actor') ?? userInfo().username,
      reason,
    });
    const log = createLogger('cli', 'fatal');
    const kafka = createKafka(brokers, 'interleave-cli', log);
    const metrics = new Metrics('cli');
    const told = { log, metrics, ready: new Readiness() };
    await Schemas.published(schemaOptions(kafka, { schemaRegistryUrl }, told));
    const producer = await EventProducer.connect(kafka, log, metrics);
    try {
      const value = events.caseCorrection.encode(correction);
      await producer.send(TOPICS.caseCorrection, { key: correctionKey(secret, correction), value });
    } finally {
      await producer.disconnect();
    }
    const { decidedAt, actor } = correction;
    if (input.json) input.print(JSON.stringify({ caseId, decidedAt, actor }));
    else
      input.print(
        `It is decided that case ${caseId} is erased; the joiner carries it out, and says \`case.erased\` in its log.`,
      );
    return EXIT.ok;
  },
};
