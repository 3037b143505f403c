import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Readiness } from '../../../platform/process/readiness.ts';
import { FeedReadiness } from '../../../services/indexer/feed-readiness.ts';

test('the service answers for the index that is searched, also once another has taken over', () => {
  const service = new Readiness();
  const old = new FeedReadiness(service);
  const build = new FeedReadiness(service);
  old.show(true);
  old.set('kafka', true);
  build.set('kafka', false, 'joining the group');
  assert.ok(service.ok);

  build.set('handling', false, 'ELASTICSEARCH_UNAVAILABLE');
  old.show(false);
  build.show(true);
  assert.deepEqual(service.describe(), {
    kafka: { ok: false, detail: 'joining the group' },
    handling: { ok: false, detail: 'ELASTICSEARCH_UNAVAILABLE' },
  });
  build.set('kafka', true);
  build.set('handling', true);
  old.set('handling', false, 'ELASTICSEARCH_UNAVAILABLE');
  assert.ok(service.ok);
});
