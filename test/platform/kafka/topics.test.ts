import { randomUUID } from 'node:crypto';
import { before, test } from 'node:test';
import type { Kafka } from 'kafkajs';
import { testKafka } from '../../../harness/test-kafka.ts';
import { checkTopics, createTopics } from '../../../platform/kafka/topics.ts';
import { engines } from '../../support/engines.ts';

const PARTITIONS = 8;

let brokers: readonly string[];
before(async () => {
  brokers = (await engines()).kafkaBrokers;
});

test('two that create the same topics at the same time both find them as they are to be', async () => {
  for (let round = 0; round < 5; round++) {
    const id = randomUUID();
    const specs = [1, 2, 3, 4].map((n) => ({ name: `test-${id}-${n}`, keyed: n > 1, config: {} }));
    const create = async (kafka: Kafka) => {
      await createTopics(kafka, specs, PARTITIONS, 1);
      await checkTopics(kafka, specs, PARTITIONS);
    };
    await Promise.all([testKafka(brokers), testKafka(brokers), testKafka(brokers)].map(create));
  }
});
