import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { DimseSender, proposalsFor } from '../../clients/dimse-sender.ts';
import { MllpSender } from '../../clients/mllp-sender.ts';
import { type OwnKafka, ownKafka } from '../../harness/own-kafka.ts';
import { testContext } from '../../harness/service-context.ts';
import { testKafka } from '../../harness/test-kafka.ts';
import { until } from '../../harness/until.ts';
import { setUpKafka } from '../../infra/kafka/setup.ts';
import { clusterIdOf } from '../../platform/kafka/cluster-id.ts';
import { PartitionReader } from '../../platform/kafka/read-partition.ts';
import { withAdmin } from '../../platform/kafka/topics.ts';
import { loadConfig } from '../../platform/process/config.ts';
import type { RunningService, ServiceContext } from '../../platform/process/lifecycle.ts';
import { events } from '../../schemas/events.ts';
import { TOPICS } from '../../schemas/topics.ts';
import { config as dicomConfig } from '../../services/dicom-gateway/config.ts';
import { start as startDicom } from '../../services/dicom-gateway/service.ts';
import { config as hl7Config } from '../../services/hl7-gateway/config.ts';
import { start as startHl7 } from '../../services/hl7-gateway/service.ts';
import { config as indexerConfig } from '../../services/indexer/config.ts';
import { start as startIndexer } from '../../services/indexer/service.ts';
import { config as joinerConfig } from '../../services/joiner/config.ts';
import { start as startJoiner } from '../../services/joiner/service.ts';
import { config as labelerConfig } from '../../services/labeler/config.ts';
import { start as startLabeler } from '../../services/labeler/service.ts';
import { image } from '../services/dicom-gateway/test-objects.ts';
import { runCli } from '../support/cli.ts';
import { LOSSES, type Loss, loseLog, rememberLog } from '../support/lose-log.ts';
import { OwnIndices } from '../support/own-indices.ts';

const PARTITIONS = 2;
const WAIT_MS = 90_000;

/**
 * The whole way of a report, and Kafka's log goes back behind it. What was acknowledged and found must be told as
 * missing, never passed over as stale, and be found again after `interleave recover`: from the joiner's cache, and where
 * that is gone too, from the stored messages alone.
 */
describe("Kafka's log goes back, and is recovered", () => {
  let broker: OwnKafka;
  let indices: OwnIndices;
  let folder: string;
  let env: Record<string, string>;
  let running: { name: string; service: RunningService; context: ReturnType<typeof testContext> }[] = [];

  beforeEach(async () => {
    broker = await ownKafka(PARTITIONS);
    folder = await mkdtemp(join(tmpdir(), 'interleave-log-'));
    await writeFile(join(folder, 'site-secret'), randomBytes(32), { mode: 0o600 });
    indices = await OwnIndices.create({ kafkaCluster: await clusterIdOf(testKafka(broker.brokers)) });
    env = {
      INTERLEAVE_KAFKA_BROKERS: broker.brokers.join(','),
      ...indices.env,
      INTERLEAVE_PARTITIONS: String(PARTITIONS),
      INTERLEAVE_DATA_DIR: folder,
      INTERLEAVE_HL7_PORT: '0',
      INTERLEAVE_DICOM_PORT: '0',
    };
  });
  afterEach(async () => {
    await stopAll();
    await indices.remove();
    await broker.stop();
    await rm(folder, { recursive: true });
  });

  async function launch(name: string, start: (context: ServiceContext) => Promise<RunningService>) {
    const context = testContext(name);
    running.push({ name, service: await start(context), context });
    return context;
  }

  const launchHl7 = () => launch('hl7-gateway', (context) => startHl7(loadConfig(hl7Config, env), context));
  const launchDicom = () =>
    launch('dicom-gateway', (context) => startDicom(loadConfig(dicomConfig, env), context));
  const launchJoiner = () =>
    launch('joiner', (context) => startJoiner(loadConfig(joinerConfig, env), context));
  const launchIndexer = () =>
    launch('indexer', (context) => startIndexer(loadConfig(indexerConfig, env), context));

  async function startAll() {
    await launchJoiner();
    await launchIndexer();
    await launch('labeler', (context) => startLabeler(loadConfig(labelerConfig, env), context));
    await launchHl7();
    await launchDicom();
  }

  async function stopAll() {
    const stopping = running.toReversed();
    running = [];
    for (const { service, context, name } of stopping) {
      await service.stop();
      assert.deepEqual(context.failures, [], name);
    }
  }

  const portOf = (name: string) => running.find((one) => one.name === name)?.service.port ?? 0;

  async function sendReport(accession: string, controlId: string, status: string, text: string, at: string) {
    const sender = await MllpSender.connect({ host: '127.0.0.1', port: portOf('hl7-gateway') });
    const segments = [
      `MSH|^~\\&|RIS|HOSPITAL|INTERLEAVE||${at}||ORU^R01|${controlId}|P|2.5.1`,
      'PID|1||4711^^^HOSPITAL^MR||Example^Erika||19600101|F',
      `OBR|1||${accession}-1|71046^CHEST|||20260105090000|||||||||||${accession}||||${at}|||${status}`,
      `OBX|1|TX|71046&IMP^CHEST||${text}||||||${status}`,
    ];
    const answer = await sender.send(Buffer.from(`${segments.join('\r')}\r`));
    assert.equal(answer.code, 'AA');
    await sender.close();
  }

  /** The texts that can be found. */
  async function found(): Promise<string[]> {
    const index = indices.names.cases;
    await indices.client.indices.refresh({ index });
    const answer = await indices.client.search<{ text: { report: string } }>({ index, size: 100 });
    return answer.hits.hits.map(({ _source }) => _source?.text.report ?? '').sort();
  }

  const showing = (...texts: string[]) =>
    until(
      async () => JSON.stringify(await found()) === JSON.stringify(texts.toSorted()),
      WAIT_MS,
      String(texts),
    );

  async function ends(): Promise<Record<string, number>> {
    const offsets: Record<string, number> = {};
    await withAdmin(testKafka(broker.brokers), async (admin) => {
      for (const topic of await admin.listTopics())
        if (topic.startsWith('radiology.'))
          for (const { partition, high } of await admin.fetchTopicOffsets(topic))
            offsets[`${topic}/${partition}`] = Number(high);
    });
    return offsets;
  }

  interface Done {
    wentBack: { partition: number }[];
    written: number;
    restored: number;
    readAgain: { hl7: number; dicom: number; withoutReceipt: number };
    lost: unknown[];
  }

  async function recover(...options: string[]): Promise<Done> {
    const { code, stdout, stderr } = await runCli(
      ['recover', '--data-dir', folder, '--json', ...options],
      env,
    );
    assert.equal(code, 0, `${stdout}${stderr}`);
    return JSON.parse(stdout) as Done;
  }

  async function imagesReceived() {
    const reader = await PartitionReader.connect(testKafka(broker.brokers));
    const got: { receivedAt: number; callingAeTitle: string; sopInstanceUid: string }[] = [];
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const { low, high } = await reader.ends(TOPICS.imageReceived, partition);
      await reader.read(TOPICS.imageReceived, partition, low, high, async (records) => {
        for (const { value } of records) if (value !== null) got.push(events.imageReceived.decode(value));
      });
    }
    await reader.disconnect();
    return got.map(({ receivedAt, callingAeTitle, sopInstanceUid }) => ({
      receivedAt,
      callingAeTitle,
      sopInstanceUid,
    }));
  }

  /** A report and its correction, another report and an image; what came after the first of these is lost. */
  async function loseWhatWasFound(loss: Loss) {
    await startAll();
    await sendReport('A1', 'C1', 'F', 'Small nodule.', '20260105093000');
    await showing('Small nodule.');
    await stopAll();
    const moment = await rememberLog(broker, join(folder, 'copy'));
    await startAll();
    await sendReport('A1', 'C2', 'C', 'Large mass.', '20260105103000');
    await sendReport('B1', 'C3', 'F', 'Rib fracture.', '20260105103000');
    const object = image();
    const dicom = await DimseSender.connect({
      host: '127.0.0.1',
      port: portOf('dicom-gateway'),
      callingAeTitle: 'CT_SOUTH',
      calledAeTitle: 'INTERLEAVE',
      presentationContexts: proposalsFor([object]),
    });
    assert.equal((await dicom.store(object)).status, 0);
    await dicom.release();
    await showing('Large mass.', 'Rib fracture.');
    const images = await imagesReceived();
    assert.equal(images.length, 1);
    await stopAll();
    await loseLog(broker, loss, moment);
    await setUpKafka(
      { brokers: broker.brokers, partitions: PARTITIONS, replication: 1 },
      testContext('test').log,
    );
    return images;
  }

  async function told(launchOne: () => Promise<ServiceContext>) {
    const context = await launchOne();
    await until(() => context.ready.describe()['log']?.ok === false, WAIT_MS, 'the code');
    assert.match(context.ready.describe()['log']?.detail ?? '', /LOG_WENT_BACK/);
  }

  for (const loss of LOSSES)
    test(`${loss}: told, and all is found again from the cache and the stored objects`, async () => {
      const images = await loseWhatWasFound(loss);
      await told(launchJoiner);
      await told(launchIndexer);
      assert.deepEqual(await found(), ['Large mass.', 'Rib fracture.'], 'nothing is written over');
      await stopAll();

      const before = await ends();
      const plan = await recover('--dry-run');
      assert.ok(plan.wentBack.length > 0 && plan.restored > 0);
      assert.deepEqual(await ends(), before, '--dry-run changes nothing');
      const done = await recover();
      assert.equal(done.restored, plan.restored);
      assert.deepEqual(done.lost, []);
      assert.deepEqual(await imagesReceived(), images, 'its first time of receipt and calling AE title');

      await startAll();
      await sendReport('D1', 'C4', 'F', 'Clear lungs.', '20260105113000');
      await showing('Large mass.', 'Rib fracture.', 'Clear lungs.');
      await sendReport('A1', 'C5', 'C', 'Larger mass.', '20260105123000');
      await showing('Larger mass.', 'Rib fracture.', 'Clear lungs.');
      for (const { context } of running)
        assert.ok(context.ready.ok, JSON.stringify(context.ready.describe()));
      await stopAll();

      const settled = await ends();
      const again = await recover();
      assert.deepEqual(
        [again.wentBack, again.written, again.readAgain.hl7, again.readAgain.dicom],
        [[], 0, 0, 0],
      );
      assert.deepEqual(await ends(), settled, 'a second recovery changes nothing more');
    });

  test('without the cache, too: from the stored messages alone, with their first time of receipt', async () => {
    await loseWhatWasFound('emptied');
    await rm(join(folder, 'joiner'), { recursive: true });
    const done = await recover();
    assert.deepEqual(done.readAgain, { hl7: 3, dicom: 1, withoutReceipt: 0 });
    await startAll();
    await showing('Large mass.', 'Rib fracture.');
    await sendReport('A1', 'C5', 'C', 'Larger mass.', '20260105123000');
    await showing('Larger mass.', 'Rib fracture.');
  });
});
