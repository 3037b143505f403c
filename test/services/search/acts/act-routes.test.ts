import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import fastify from 'fastify';
import { pino } from 'pino';
import { ACT_KINDS, isSealed, sealedCorrection } from '../../../../core/radiology/corrections.ts';
import type { ActAnswer } from '../../../../schemas/api/acts.ts';
import { events } from '../../../../schemas/events.ts';
import { Audit } from '../../../../services/search/access/audit.ts';
import { RateLimit } from '../../../../services/search/access/rate-limit.ts';
import { type Act, parseAct } from '../../../../services/search/acts/act-request.ts';
import { addActRoutes } from '../../../../services/search/acts/act-routes.ts';
import {
  MAX_ACT_BODY_BYTES,
  MAX_ACT_CASES,
  MAX_ACT_NAME_LENGTH,
  MAX_ACT_OBJECTS,
  MAX_ACT_REPORTS,
  MAX_ACT_TEXT_LENGTH,
  MAX_ACTS_BURST,
  MAX_ACTS_PER_SECOND,
} from '../../../../services/search/acts/limits.ts';
import { httpError } from '../../../../services/search/http/http-error.ts';

const TOKEN = 'a token of the test, long enough';
const SECRET = Buffer.from('a secret of the test');
const CASE = 'ab'.repeat(16);
const ERASURE = { kind: 'ERASE', caseId: CASE, actor: 'Dr. Who', reason: 'Zwanzigermann asked' };
const BEARER = `Bearer ${TOKEN.replaceAll(' ', '-')}`;

async function routes(t: TestContext, perSecond = 1_000) {
  const folder = await mkdtemp(join(tmpdir(), 'interleave-acts-'));
  t.after(() => rm(folder, { recursive: true }));
  const tokenFile = join(folder, 'act-token');
  const recorded: Act[] = [];
  let lines = '';
  const log = pino(
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        lines += chunk.toString();
        done();
      },
    }),
  );
  const server = fastify();
  server.setErrorHandler((error, _request, reply) => {
    const { status, body } = httpError(error);
    reply.code(status).send(body);
  });
  addActRoutes(server, {
    tokenFile,
    register: {
      async record(act) {
        recorded.push(act);
        return sealedCorrection(SECRET, { ...act, id: 'id', decidedAt: 7 });
      },
    },
    rate: new RateLimit({ perSecond, burst: Math.max(perSecond, MAX_ACTS_BURST), maxAddresses: 10 }),
    audit: new Audit(log, SECRET),
  });
  return {
    recorded,
    lines: () => lines,
    async giveToken(mode = 0o600, token = TOKEN.replaceAll(' ', '-')) {
      await writeFile(tokenFile, `${token}\n`);
      await chmod(tokenFile, mode);
    },
    async post(body: object, authorization: string | null = BEARER) {
      const headers = authorization === null ? {} : { authorization };
      const response = await server.inject({ method: 'POST', url: '/api/acts', headers, payload: body });
      const answer = response.json<Partial<ActAnswer> & { error?: { code: string } }>();
      return { status: response.statusCode, code: answer.error?.code, answer, text: response.body };
    },
  };
}

const outcome = ({ status, code }: { status: number; code?: string | undefined }) => [status, code];

test('nothing is decided without a token file, with one that others can read, a short one, or another token', async (t) => {
  const { post, giveToken, recorded } = await routes(t);
  assert.deepEqual(outcome(await post(ERASURE)), [503, 'ACT_TOKEN_UNUSABLE']);
  for (const mode of [0o640, 0o604, 0o620]) {
    await giveToken(mode);
    assert.deepEqual(outcome(await post(ERASURE)), [503, 'ACT_TOKEN_UNUSABLE'], mode.toString(8));
  }
  await giveToken(0o600, 'short');
  assert.deepEqual(outcome(await post(ERASURE, 'Bearer short')), [503, 'ACT_TOKEN_UNUSABLE']);
  await giveToken();
  for (const wrong of [null, 'Bearer', 'Bearer ', `${BEARER}x`, BEARER.slice(0, -1), BEARER.slice(7)])
    assert.deepEqual(outcome(await post(ERASURE, wrong)), [401, 'ACT_TOKEN_REFUSED'], wrong ?? 'none');
  assert.deepEqual(
    outcome(await post({ kind: 7 }, null)),
    [401, 'ACT_TOKEN_REFUSED'],
    'no body is looked at',
  );
  assert.deepEqual(recorded, []);
  await giveToken(0o400);
  assert.equal((await post(ERASURE)).status, 202);
});

test('an act is answered with what was recorded, its actor unverified', async (t) => {
  const { post, giveToken, recorded } = await routes(t);
  await giveToken();
  const { status, answer } = await post(ERASURE);
  assert.equal(status, 202);
  const { reason, ...told } = ERASURE;
  assert.deepEqual(answer.act, { ...told, id: 'id', decidedAt: 7, actorVerified: false });
  assert.equal(recorded[0]?.reason, reason);
});

test('what is answered with 202 has its seal still when it was read from Kafka', async (t) => {
  const { post, giveToken, recorded } = await routes(t);
  await giveToken();
  const texts = [
    'Müller-Lüdenscheid \u202e',
    '日本 👩‍⚕️',
    'a\u0000b\u0085',
    '\ud83d',
    '\udcdd\ud83d',
    '\ufffd',
  ];
  for (const text of texts) await post({ ...ERASURE, actor: 'who', reason: text });
  assert.equal(recorded.length, 4);
  for (const act of recorded) {
    const sealed = sealedCorrection(SECRET, { ...act, id: 'id', decidedAt: 7 });
    const read = events.caseCorrection.decode(events.caseCorrection.encode(sealed));
    assert.ok(isSealed(SECRET, read), JSON.stringify(act.reason));
  }
});

test('a kind that nothing carries out yet is refused, not kept as if it were', async (t) => {
  const { post, giveToken, recorded } = await routes(t);
  await giveToken();
  for (const kind of ACT_KINDS.filter((kind) => kind !== 'ERASE'))
    assert.deepEqual(outcome(await post({ ...ERASURE, kind })), [501, 'ACT_NOT_APPLIED'], kind);
  assert.deepEqual(outcome(await post({ ...ERASURE, kind: 'ERASED' })), [400, 'ACT_INVALID']);
  assert.deepEqual(recorded, []);
});

test('an erasure is of one whole case', async (t) => {
  const { post, giveToken, recorded } = await routes(t);
  await giveToken();
  for (const more of [
    { caseId: '' },
    { caseId: 'A100' },
    { sopInstanceUids: ['1.2'] },
    { reports: [{ facility: 'f', fillerNumber: 'n' }] },
    { targetCaseId: CASE },
    { caseIds: [CASE] },
    { actor: ' ' },
    { actor: 'two\nlines' },
    { reason: '' },
    { actor: 'half a pair \ud83d' },
    { reason: 'half a pair \udcdd' },
  ])
    assert.deepEqual(
      outcome(await post({ ...ERASURE, ...more })),
      [400, 'ACT_INVALID'],
      JSON.stringify(more),
    );
  assert.deepEqual(recorded, []);
});

test('a refusal names the field and not what stood in it, and neither does the audit', async (t) => {
  const { post, giveToken, lines } = await routes(t);
  await giveToken();
  const refused = await post({ ...ERASURE, Zwanzigermann: 'MRN0042421', reason: 7 });
  assert.match(refused.text, /reason: invalid type/);
  await post(ERASURE, 'Bearer a-guess');
  await post(ERASURE);
  assert.match(lines(), /"ACT_INVALID".*audit\.act\.refused/);
  assert.match(lines(), /"ACT_TOKEN_REFUSED".*audit\.act\.refused/);
  assert.match(lines(), new RegExp(`"id":"id","kind":"ERASE","caseId":"${CASE}".*audit\\.act"`));
  assert.doesNotMatch(refused.text + lines(), /Zwanzigermann|MRN0042421|Dr\. Who|a-token|a-guess/);
});

test('what an act may name is bounded, and so is its body', async (t) => {
  const act = { ...ERASURE, kind: 'MOVE' };
  const within = { code: 'ACT_NOT_APPLIED' };
  const beyond = { code: 'ACT_INVALID' };
  const lists: [string, number, unknown][] = [
    ['sopInstanceUids', MAX_ACT_OBJECTS, '1.2'],
    ['reports', MAX_ACT_REPORTS, { facility: 'f', fillerNumber: 'n' }],
    ['caseIds', MAX_ACT_CASES, CASE],
  ];
  for (const [name, most, one] of lists) {
    assert.throws(() => parseAct({ ...act, [name]: Array(most).fill(one) }), within, name);
    assert.throws(() => parseAct({ ...act, [name]: Array(most + 1).fill(one) }), beyond, name);
  }
  const texts: [string, number][] = [
    ['actor', MAX_ACT_NAME_LENGTH],
    ['subject', MAX_ACT_NAME_LENGTH],
    ['reason', MAX_ACT_TEXT_LENGTH],
    ['statement', MAX_ACT_TEXT_LENGTH],
  ];
  for (const [name, most] of texts) {
    assert.throws(() => parseAct({ ...act, [name]: 'x'.repeat(most) }), within, name);
    assert.throws(() => parseAct({ ...act, [name]: 'x'.repeat(most + 1) }), beyond, name);
  }
  const { post, giveToken } = await routes(t);
  await giveToken();
  const objects = Array(MAX_ACT_OBJECTS).fill(`1.2.${'3'.repeat(60)}`);
  assert.equal((await post({ ...act, sopInstanceUids: objects })).code, 'ACT_NOT_APPLIED', 'it has room');
  const large = { ...act, statement: 'x'.repeat(MAX_ACT_BODY_BYTES) };
  assert.deepEqual(outcome(await post(large)), [413, 'REQUEST_TOO_LARGE']);
});

test('tokens cannot be tried out at will', async (t) => {
  const { post, giveToken } = await routes(t, MAX_ACTS_PER_SECOND);
  await giveToken();
  const answers = [];
  for (let n = 0; n < 3 * MAX_ACTS_BURST; n++)
    answers.push(outcome(await post(ERASURE, 'Bearer a-guess'))[0]);
  assert.ok(answers.filter((status) => status === 401).length <= MAX_ACTS_BURST + 10);
  assert.ok(answers.includes(429));
});
