import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CHEXPERT, CONCEPTS, CXR14, conceptName } from '../../../core/site-lexicon/concepts.ts';
import { readReport } from '../../../core/text/reading.ts';
import { explainLabels, labelsByAssertion, reportLabels } from '../../../core/text/report-labels.ts';

const read = (text: string) => readReport([{ section: null, text }]);
const labels = (text: string) => Object.fromEntries(reportLabels(read(text).findings));

test('present beats uncertain beats absent', () => {
  assert.deepEqual(labels('No effusion. Possible effusion.'), { effusion: 'UNCERTAIN' });
  assert.deepEqual(labels('Small effusion. Possible effusion. No effusion.'), { effusion: 'PRESENT' });
});

test('the impression decides over a doubt of the findings, but not over what they assert', () => {
  assert.deepEqual(labels('FINDINGS: Possible nodule. IMPRESSION: No nodule.'), { nodule: 'ABSENT' });
  assert.deepEqual(labels('FINDINGS: No nodule. IMPRESSION: Possible nodule.'), { nodule: 'UNCERTAIN' });
  assert.deepEqual(labels('FINDINGS: Nodule. IMPRESSION: No nodule.'), { nodule: 'PRESENT' });
});

test('what is asked, planned, past or of the family is no label', () => {
  const text = 'INDICATION: Pneumonia. FINDINGS: History of nodule. Mother had emphysema. Evaluate for mass.';
  assert.deepEqual(labels(text), {});
});

test('a trachea in the midline is not called a patent one: nobody said so', () => {
  const named = (text: string) => read(text).findings.map(({ concept }) => conceptName(concept));
  assert.deepEqual(named('The trachea is midline.'), ['Airways normal']);
  assert.deepEqual(named('The central airways are patent.'), ['Airways normal']);
});

test('a label names the findings and rules that made it', () => {
  const [label] = explainLabels(read('No effusion. Possible effusion.').findings);
  assert.equal(label?.findings.length, 1);
  assert.deepEqual(label?.rules, ['finding/effusion/1', 'cue/uncertain-before/1']);
});

test('what a finding implies is kept apart, and only where the report does not speak of it', () => {
  const { findings, implied } = read('Pneumonia. Possible hemothorax.');
  assert.deepEqual(labelsByAssertion(findings).present, ['pneumonia']);
  assert.deepEqual(
    implied.map(({ concept, assertion, by }) => `${concept} ${assertion} by ${by}`),
    ['opacity PRESENT by pneumonia'],
  );
  assert.deepEqual(read('Pneumonia. No opacity.').implied, []);
});

test('findings that cannot both hold are flagged', () => {
  const contradicting = (text: string) => read(text).contradictions.map(({ concept }) => concept);
  assert.deepEqual(contradicting('Small effusion. IMPRESSION: No effusion.'), ['effusion']);
  assert.deepEqual(contradicting('Heart size is normal. Cardiomegaly.'), ['cardiomegaly']);
  for (const text of [
    'No effusion on the right, but a small one on the left.',
    'No large effusion. Small effusion.',
    'No new nodule. Stable nodule.',
    'Chronic lacunar infarct. No evidence of acute territorial infarct.',
    'L4-5: Spinal canal stenosis. L5-S1: No spinal canal stenosis at this level.',
    'Small pneumothorax. No recurrent pneumothorax.',
    'Possible nodule. No nodule.',
    'INDICATION: Pneumonia. FINDINGS: No pneumonia.',
  ])
    assert.deepEqual(contradicting(text), [], text);
});

test('both label sets name concepts of the lexicon', () => {
  const known = new Set(CONCEPTS.map(({ id }) => id));
  for (const { concept } of CXR14) assert.ok(known.has(concept), concept);
  assert.equal(CHEXPERT.length, 14);
  for (const concept of CHEXPERT.flatMap(({ concepts }) => concepts)) assert.ok(known.has(concept), concept);
});
