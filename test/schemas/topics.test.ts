import assert from 'node:assert/strict';
import test from 'node:test';
import {
  DEAD_LETTER_SERVICES,
  deadLetterTopic,
  REGISTERS,
  TOPIC_SPECS,
  TOPICS,
  topicsOf,
} from '../../schemas/topics.ts';

test('what a service asks for is what the set-up creates', () => {
  assert.ok(REGISTERS.every((name) => TOPIC_SPECS.some((spec) => spec.name === name && !spec.keyed)));
  for (const service of DEAD_LETTER_SERVICES)
    for (const { name, keyed } of topicsOf(service, Object.values(TOPICS)))
      assert.equal(TOPIC_SPECS.find((spec) => spec.name === name)?.keyed, keyed, name);
});

test('a service asks for its topics, for its own dead letters and for the schemas only', () => {
  assert.deepEqual(topicsOf('joiner', ['a', 'b']), [
    { name: 'a', keyed: true },
    { name: 'b', keyed: true },
    { name: deadLetterTopic('joiner'), keyed: false },
    { name: TOPICS.schema, keyed: false },
  ]);
});

test('what repeats a key of a register goes within days', () => {
  for (const name of REGISTERS) {
    const config: Record<string, string> = TOPIC_SPECS.find((spec) => spec.name === name)?.config ?? {};
    assert.equal(config['cleanup.policy'], 'compact');
    for (const setting of ['segment.ms', 'max.compaction.lag.ms'])
      assert.ok(Number(config[setting]) <= 7 * 86_400_000, `${name} ${setting}`);
  }
});
