import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { SearchClient } from '../../harness/search-client.ts';
import { System } from '../../harness/system.ts';
import { until } from '../../harness/until.ts';
import type { SimulatedCase } from '../../simulator/case.ts';
import { documentIds, recordKeys } from './support/outside-values.ts';
import { sendSimulatedCases } from './support/simulated-feed.ts';

const SEED = Number(process.env['INTERLEAVE_TEST_SEED'] ?? Date.now() % 100_000);
const CASES = 20;

describe(`the joiner is killed in the middle of a feed (seed ${SEED})`, () => {
  let system: System;
  let sent: SimulatedCase[];
  let killed: number;

  before(async () => {
    system = await System.start();
    sent = await sendSimulatedCases(
      system.instance,
      SEED,
      Array.from({ length: CASES }, (_, n) => n + 1),
      (count) => {
        if (count === CASES / 2) killed = system.kill('joiner');
      },
    );
  });
  after(() => system?.stop());

  test('everything that was acknowledged is found, in its newest version and once', async () => {
    assert.ok(killed > 0);
    const search = new SearchClient(system.instance.page);
    for (const simulated of sent) {
      const newest = simulated.reports.at(-1);
      await until(
        async () => {
          const found = await search.byAccession(simulated.accession);
          return (
            found !== undefined &&
            found.status === newest?.status &&
            found.images.filter((image) => image.thumbnail !== null).length === simulated.images.length
          );
        },
        120_000,
        `case ${sent.indexOf(simulated) + 1} of ${CASES}`,
      );
    }
    await sleep(1_500);
    const all = await search.search('', { size: 50 });
    assert.equal(all.length, CASES, 'no case is there twice');
  });

  test('no log, metric, key of a record or id of a document holds who it is about', async () => {
    const { health, kafkaBrokers, elasticsearchUrl } = system.instance;
    const services = Object.keys(health).filter((name) => name !== 'feed');
    const metrics = await Promise.all(services.map((service) => system.metrics(service)));
    const keys = await recordKeys(kafkaBrokers);
    const ids = await Promise.all(
      ['cases', 'cases-analysis'].map((alias) => documentIds(elasticsearchUrl, alias)),
    );
    assert.ok(metrics.length >= 7 && keys.length > 4 * CASES && ids.flat().length === 2 * CASES);
    const outside = {
      logs: system.logs(),
      metrics: metrics.join(),
      keys: keys.join(),
      ids: ids.flat().join(),
    };
    for (const [place, text] of Object.entries(outside))
      for (const { accession, patient, images } of sent)
        for (const planted of [
          accession,
          patient.identifier,
          patient.familyName,
          ...images.map(({ sopInstanceUid }) => sopInstanceUid),
        ])
          assert.ok(!text.includes(planted), `${place} hold what is about a patient`);
  });

  test('the supervisor has started a new joiner and said so', async () => {
    assert.ok(system.said().includes('joiner'), 'the restart is told to the operator');
    assert.match(await system.metrics('joiner'), /interleave_/);
  });
});
