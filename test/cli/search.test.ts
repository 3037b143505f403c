import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { runCli } from '../support/cli.ts';

const HIT = {
  id: 'ab12',
  title: 'Chest X-ray',
  impression: 'Small effusion\non the left.',
  imageCount: 2,
  findings: {
    present: [{ concept: 'effusion', name: 'Effusion' }],
    absent: [],
    uncertain: [{ concept: 'pneumonia', name: 'Pneumonia' }],
  },
  score: 0.5,
};
const TOTAL = {
  value: 7,
  relation: 'gte',
  tiers: [
    { tier: 'AS_ASKED', count: 4 },
    { tier: 'UNCERTAIN', count: 1 },
  ],
  byMeaningOnly: 2,
};
const ANSWER = {
  notice: 'Not for diagnosis.',
  query: {
    concepts: [{ concept: 'effusion', name: 'Pleural effusion', assertion: 'ABSENT' }],
    respelled: [{ typed: 'effussion', read: 'effusion' }],
    rest: 'left',
    denied: ['azygos'],
    notes: ['“or” is read as “and”'],
    numbers: [{ typed: 'A1', code: 'NO_CASE_WITH_NUMBER', message: 'No case with this number: “A1”.' }],
  },
  hits: [HIT],
  total: TOTAL,
};

test('search posts the words and prints hits for people or for programs', async (t) => {
  const bodies: unknown[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    request.on('end', () => {
      assert.equal(request.url, '/api/search', 'no words in the address');
      const body = JSON.parse(text) as { words: string };
      bodies.push(body);
      const refused = body.words === 'refuse';
      response.writeHead(refused ? 429 : 200, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify(
          refused
            ? { error: { code: 'QUERY_INVALID', message: 'The query could not be understood. Too long.' } }
            : ANSWER,
        ),
      );
    });
  });
  server.listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  const url = ['--url', `http://127.0.0.1:${address.port}`];

  const people = await runCli(['search', 'left', 'effusion', '--size', '3', ...url]);
  assert.equal(people.code, 0);
  assert.equal(
    people.stdout,
    '  1  Chest X-ray (2 images)  ab12\n     Effusion, Pneumonia?\n     Small effusion on the left.\nNo case with this number: “A1”. (NO_CASE_WITH_NUMBER)\nasked for: Pleural effusion absent; "left" ranks, and does not filter\n"effussion" read as "effusion"\nwithout "azygos"\nnote: “or” is read as “and”\n1 of at least 7 cases (4 as asked, 1 uncertain, 2 by meaning only)\nNot for diagnosis.\n',
  );
  assert.deepEqual(bodies, [{ words: 'left effusion', size: 3 }]);

  const programs = await runCli(['search', 'effusion', '--json', ...url]);
  assert.deepEqual(JSON.parse(programs.stdout), ANSWER);

  const refused = await runCli(['search', 'refuse', ...url]);
  assert.equal(refused.code, 1);
  assert.equal(refused.stderr, 'interleave: The query could not be understood. Too long. (QUERY_INVALID)\n');
});
