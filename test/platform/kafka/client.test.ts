import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createKafka } from '../../../platform/kafka/client.ts';
import { createLogger } from '../../../platform/process/log.ts';

test('what kafkajs says of a crash is logged without the reason, which may quote a record', () => {
  const lines: string[] = [];
  const log = createLogger('test', 'debug', { write: (line) => void lines.push(line) });
  const kafka = createKafka(['127.0.0.1:1'], 'test', log);
  kafka.logger().error('Crash: SyntaxError: "Vogel^Anna" is not valid JSON', { stack: 'Vogel^Anna' });
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? '', /"msg":"Crash: SyntaxError"/);
  assert.ok(!lines[0]?.includes('Vogel'));
});
