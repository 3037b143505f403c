import assert from 'node:assert/strict';
import test from 'node:test';
import {
  commonConfig,
  flag,
  loadConfig,
  port,
  printableConfig,
  variableName,
} from '../../../platform/process/config.ts';

test('names of variables', () => {
  assert.equal(variableName('hl7Port'), 'INTERLEAVE_HL7_PORT');
  assert.equal(variableName('kafkaBrokers'), 'INTERLEAVE_KAFKA_BROKERS');
});

test('defaults hold where nothing is set, and an empty variable is not set', () => {
  const config = loadConfig({ ...commonConfig, hl7Port: port(2575) }, { INTERLEAVE_HL7_PORT: '' });
  assert.equal(config.hl7Port, 2575);
  assert.deepEqual(config.kafkaBrokers, ['127.0.0.1:19092']);
});

test('all problems are reported at once', () => {
  assert.throws(
    () =>
      loadConfig(
        { ...commonConfig, hl7Port: port(2575), quick: flag(true) },
        { INTERLEAVE_HL7_PORT: '70000', INTERLEAVE_PARTITIONS: 'many', INTERLEAVE_QUICK: 'perhaps' },
      ),
    (error: Error & { code: string }) =>
      error.code === 'CONFIG_INVALID' &&
      ['INTERLEAVE_HL7_PORT', 'INTERLEAVE_PARTITIONS', 'INTERLEAVE_QUICK'].every((name) =>
        error.message.includes(name),
      ),
  );
});

test('a configuration cannot be changed, and its secrets are not shown', () => {
  const config = loadConfig(commonConfig, {});
  assert.throws(() => Object.assign(config, { dataDir: 'elsewhere' }), TypeError);
  const shown = printableConfig({
    elasticsearchPassword: 'x',
    siteSecretFile: 'f',
    schemaRegistryUrl: 'https://user:word@registry.example:8081/api',
    elasticsearchUrl: 'http://127.0.0.1:9200',
  });
  assert.deepEqual(shown, {
    INTERLEAVE_ELASTICSEARCH_PASSWORD: '(redacted)',
    INTERLEAVE_SITE_SECRET_FILE: 'f',
    INTERLEAVE_SCHEMA_REGISTRY_URL: 'https://redacted@registry.example:8081/api',
    INTERLEAVE_ELASTICSEARCH_URL: 'http://127.0.0.1:9200',
  });
});
