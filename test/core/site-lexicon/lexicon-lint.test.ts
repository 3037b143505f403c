import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lintLexicon, lintSiteLexicon } from '../../../core/site-lexicon/lexicon-lint.ts';
import { readSiteLexicon } from '../../../core/site-lexicon/read-site-lexicon.ts';
import { withSiteLexicon } from '../../../core/site-lexicon/site-lexicon.ts';
import { compileLexicon, DEFAULT_LEXICON_DATA } from '../../../core/text/lexicon.ts';
import { readReport } from '../../../core/text/reading.ts';

const RING = { id: 'ring-sign', name: 'Ring sign', group: 'lung', terms: ['ring|halo sign|signs'] };
const rules = (file: unknown) => lintSiteLexicon(file).map(({ rule, where }) => `${rule} ${where}`);

test('our own lexicon has nothing wrong', () => assert.deepEqual(lintLexicon(DEFAULT_LEXICON_DATA), []));

test('a good file has nothing wrong, and is read', () => {
  const file = {
    findings: [RING],
    examples: [
      { text: 'No halo sign.', read: 'ring-sign ABSENT' },
      { text: 'Ring signs on the left, no effusion.', read: 'ring-sign PRESENT, effusion ABSENT' },
    ],
  };
  assert.deepEqual(lintSiteLexicon(file), []);
  const { findings } = readReport([{ section: null, text: 'Halo sign.' }], readSiteLexicon(file));
  assert.deepEqual(findings[0]?.rule, 'finding/ring-sign/1');
});

test('what is wrong is found, with its place', () => {
  assert.deepEqual(rules('x'), ['form (file)']);
  assert.deepEqual(rules({ findings: [{ id: 'A b' }] }), [
    'form findings[0].name',
    'form findings[0].group',
    'form findings[0].terms',
    'form findings[0].id',
  ]);
  assert.deepEqual(rules({ colour: 1 }), ['form colour']);
  assert.deepEqual(rules({ findings: [{ ...RING, terms: ['Ring sign'] }] }), ['phrase ring-sign']);
  assert.deepEqual(rules({ findings: [{ ...RING, terms: ['@nothing sign'] }] }), ['phrase ring-sign']);
  assert.deepEqual(rules({ findings: [{ ...RING, terms: ['ring', 'ring'] }] }), ['duplicate ring-sign']);
  assert.deepEqual(rules({ findings: [{ ...RING, implies: ['nothing'] }] }), ['reference ring-sign']);
  assert.deepEqual(rules({ findings: [RING, RING] }), ['duplicate ring-sign']);
  assert.deepEqual(rules({ remove: ['nothing'] }), ['reference remove']);
  assert.deepEqual(rules({ examples: [{ text: 'Mass.', read: 'mass ABSENT' }] }), ['example Mass.']);
});

test('a file that breaks what we are sure of is refused', () => {
  assert.ok(rules({ remove: ['absent-before'] }).every((rule) => rule === 'golden-set golden set'));
  assert.throws(() => readSiteLexicon({ remove: ['absent-before'] }), { code: 'LEXICON_INVALID' });
});

test("a site's finding takes the place of ours with the same id, and ours can be removed", () => {
  const hernia = { id: 'hernia', name: 'Hernia', group: 'abdomen', terms: ['inguinal hernia'] };
  const data = withSiteLexicon(DEFAULT_LEXICON_DATA, { findings: [hernia], remove: ['fracture'] });
  const text = 'Hiatal hernia. Inguinal hernia. Fracture.';
  const { findings } = readReport([{ section: null, text }], compileLexicon(data));
  assert.deepEqual(
    findings.map(({ concept, start }) => [concept, start]),
    [['hernia', 15]],
  );
});
