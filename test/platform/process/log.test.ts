import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InterleaveError } from '../../../core/errors.ts';
import { createLogger } from '../../../platform/process/log.ts';

const PLANTED = 'Vogel^Anna';

/** What one line of the log says of an error. */
function logged(error: unknown): { line: string; err: { message?: string; stack: string[]; code?: string } } {
  const lines: string[] = [];
  createLogger('test', 'info', { write: (line) => void lines.push(line) }).error({ err: error }, 'failed');
  const [line] = lines;
  assert.ok(line);
  return { line, err: (JSON.parse(line) as { err: ReturnType<typeof logged>['err'] }).err };
}

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return assert.fail('nothing was thrown');
}

test('an error of ours says its code and message, and nothing of its cause', () => {
  const { line, err } = logged(
    new InterleaveError('EVENT_UNREADABLE', 'Detail.', { cause: new Error(PLANTED) }),
  );
  assert.equal(err.code, 'EVENT_UNREADABLE');
  assert.match(err.message ?? '', /Detail\.$/);
  assert.ok(!line.includes(PLANTED));
});

test('an error of others may quote what came: it says where it was thrown, and no more', () => {
  const errors = [
    thrownBy(() => JSON.parse(PLANTED)),
    thrownBy(() => new TextDecoder(PLANTED)),
    new Error(`line one\n    at ${PLANTED} (file:1:1)\nline three ${PLANTED}`),
    Object.assign(new Error(PLANTED), { name: 'ResponseError', meta: { body: PLANTED } }),
    PLANTED,
  ];
  for (const error of errors) assert.ok(!logged(error).line.includes(PLANTED), String(error));
  assert.ok((logged(errors[0]).err.stack[0] ?? '').startsWith('at '));
});

test('errors of the operating system say what they are about', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), {
    code: 'ECONNREFUSED',
    syscall: 'connect',
  });
  assert.equal(logged(refused).err.message, refused.message);
});
