import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Finding } from '../../core/radiology/events.ts';
import { conceptName } from '../../core/site-lexicon/concepts.ts';
import { readReport } from '../../core/text/reading.ts';
import type { ReportFinding } from '../../web/src/api.ts';
import { findingReasons, findingState, STATE_SIGNS } from '../../web/src/finding-reason.ts';

const view = (finding: Finding): ReportFinding => ({ ...finding, name: conceptName(finding.concept) });

function read(text: string) {
  const findings = readReport([{ section: null, text }]).findings.map(view);
  return findings.map((finding) => ({
    concept: finding.concept,
    state: findingState(finding, finding.concept.endsWith('-normal')),
    reasons: findingReasons(finding, text).map(({ words }) => words),
    rules: findingReasons(finding, text).map(({ rule }) => rule),
  }));
}

test('a finding tells by which words it was named and decided, and the rules', () => {
  const [effusion] = read('FINDINGS: No left pleural effusion.');
  assert.equal(effusion?.state, 'absent');
  assert.equal(effusion?.reasons[0], 'named by “pleural effusion”');
  assert.ok(effusion?.reasons.includes('absent because of “No”'));
  assert.ok(effusion?.reasons.includes('left because of “left”'));
  assert.match(effusion?.rules[0] ?? '', /^finding\/effusion\//);
});

test('what is no result says why; normality is a state of its own; every state has its own sign', () => {
  const [family] = read('FINDINGS: Mother had emphysema.');
  assert.equal(family?.state, 'aside');
  assert.ok(family?.reasons.some((words) => words.startsWith('of the family')));
  const [indication] = read('INDICATION: Pneumonia.\n\nFINDINGS: None.');
  assert.equal(indication?.state, 'aside');
  assert.ok(indication?.reasons.includes('stands in indication'));
  const heart = read('FINDINGS: Heart size is normal.');
  assert.ok(heart.some(({ concept, state }) => concept === 'heart-normal' && state === 'normal'));
  assert.ok(heart.some(({ concept, state }) => concept === 'cardiomegaly' && state === 'absent'));
  assert.equal(new Set(Object.values(STATE_SIGNS)).size, Object.keys(STATE_SIGNS).length);
});

test('a size has its unit, whichever the report used', () => {
  const [nodule] = read('FINDINGS: A 3.4 x 2 cm nodule.');
  assert.ok(nodule?.reasons.includes('size 34 × 20 mm because of “3.4 x 2 cm”'), nodule?.reasons.join('; '));
});

test('a document of before has no attributes, and is explained by its cue', () => {
  const text = 'No effusion.';
  const [finding] = readReport([{ section: null, text }]).findings.map(view);
  assert.ok(finding);
  const { attributes, rule, planned, reason, ...old } = finding;
  assert.deepEqual(
    findingReasons(old, text).map(({ words }) => words),
    ['named by “effusion”', 'absent because of “No”'],
  );
  assert.equal(findingState(old, false), 'absent');
});
