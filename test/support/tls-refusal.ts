/** What every door that speaks TLS says of a peer that does not. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { until } from '../../harness/until.ts';
import type { ServiceContext } from '../../platform/process/lifecycle.ts';
import { type Identity, TestAuthority } from './certificates.ts';
import { loggedContext } from './log-lines.ts';

/**
 * Opens a door with a certificate, sends it plain bytes, and reads what the log says of that: the code, the address of
 * the peer, and why. Resolves with the metrics.
 */
export async function assertTellsFailedHandshake(
  t: { after(fn: () => void): void },
  service: string,
  open: (own: Identity, context: ServiceContext) => Promise<{ port: number }>,
): Promise<string> {
  const authority = new TestAuthority();
  t.after(() => authority.remove());
  const context = loggedContext(service);
  const { port } = await open(authority.issue('gateway'), context);
  const plain = connect({ host: '127.0.0.1', port });
  plain.on('error', () => undefined).resume();
  plain.write(Buffer.from([1, 0, 0, 0, 0, 10, 0, 0, 0, 0]));
  await once(plain, 'close');
  await until(() => context.lines('connection.refused').length === 1, 5_000);
  const [{ why, ...line } = { why: '' }] = context.lines('connection.refused');
  assert.match(String(why), /^ERR_SSL_/);
  assert.deepEqual(line, {
    level: 'warn',
    code: 'TLS_REFUSED',
    peer: '127.0.0.1',
    msg: 'connection.refused',
  });
  return context.metrics.text();
}
