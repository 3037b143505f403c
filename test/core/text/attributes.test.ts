import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Finding } from '../../../core/radiology/events.ts';
import { readReport } from '../../../core/text/reading.ts';

/** Each finding with its change, severity, number and size. */
const ATTRIBUTES: readonly (readonly [string, string])[] = [
  ['New left effusion.', 'effusion NEW'],
  ['The effusion has increased.', 'effusion WORSE'],
  ['Effusion, slightly improved.', 'effusion IMPROVED'],
  ['No significant change in the nodule.', 'nodule STABLE'],
  ['The pneumothorax has resolved.', 'pneumothorax RESOLVED'],
  ['Interval resolution of the effusion.', 'effusion RESOLVED'],
  ['Near complete resolution of the edema.', 'edema IMPROVED'],
  ['Effusion and atelectasis are unchanged.', 'effusion STABLE, atelectasis STABLE'],
  ['Stable nodule, new effusion.', 'nodule STABLE, effusion NEW'],
  ['Effusion, increased atelectasis.', 'effusion, atelectasis WORSE'],
  ['Unchanged nodule but a new mass.', 'nodule STABLE, mass NEW'],
  ['Trace effusion and severe emphysema.', 'effusion MINIMAL, emphysema SEVERE'],
  ['Heart is mildly enlarged.', 'cardiomegaly MILD'],
  ['The effusion is moderate.', 'effusion MODERATE'],
  ['Two 4 mm nodules in the right upper lobe.', 'nodule 2 4mm'],
  ['3 nodules.', 'nodule 3'],
  ['Multiple nodules.', 'nodule multiple'],
  ['A 1.2 x 0.8 cm mass.', 'mass 12x8mm'],
  ['Nodule measuring 6mm, mass of 3 cm.', 'nodule 6mm, mass 30mm'],
  ['Nodule 12 by 9 by 7 mm.', 'nodule 12x9x7mm'],
  ['Endotracheal tube 4 cm above the carina.', 'support-device, endotracheal-tube'],
  ['Effusion in series 4.', 'effusion'],
  // what looks like a severity and is none
  ['Liver cyst too small to characterize.', 'liver-lesion'],
  ['Early pneumonia.', 'pneumonia'],
  ['No gross edema.', 'edema'],
];

for (const [text, expected] of ATTRIBUTES) {
  test(text, () => assert.equal(read(text).map(summary).join(', '), expected));
}

test('how old a finding is', () => {
  const ageOf = (text: string) =>
    read(text)
      .flatMap(({ attributes }) => attributes.filter(({ kind }) => kind === 'AGE'))
      .map(({ value }) => value)
      .join();
  assert.equal(ageOf('Old healed left sixth rib fracture.'), 'CHRONIC,CHRONIC');
  assert.equal(ageOf('Old fracture of the ulna.'), 'CHRONIC');
  assert.equal(ageOf('Old left MCA infarct.'), 'CHRONIC');
  assert.equal(ageOf('No acute infarct.'), 'ACUTE');
  assert.equal(ageOf('Acute on chronic subdural hematoma.'), 'ACUTE');
  assert.equal(ageOf('60 year old with a fracture.'), '');
});

test('how a finding looks, as often as it is said', () => {
  const looksOf = (text: string) =>
    read(text)
      .flatMap(({ attributes }) => attributes.filter(({ kind }) => kind === 'LOOK'))
      .map(({ value }) => value)
      .sort()
      .join(', ');
  assert.equal(
    looksOf('Spiculated, heterogeneously enhancing 2 cm lung mass.'),
    'enhancing, heterogeneous, spiculated',
  );
  assert.equal(looksOf('Solid, well-circumscribed nodule.'), 'solid, well defined');
  assert.equal(looksOf('Ground-glass opacity.'), 'ground glass');
  assert.equal(looksOf('Lesion with low attenuation.'), 'low attenuation');
  assert.equal(looksOf('The nodule is not spiculated.'), '');
  assert.equal(looksOf('Mass without spiculation.'), '');
  assert.equal(looksOf('The mass does not enhance.'), 'nonenhancing');
  assert.equal(looksOf('Contrast enhanced CT. Nodule.'), '');
});

test('a mass is what it is at its place', () => {
  const conceptsOf = (text: string) =>
    read(text)
      .map(({ concept }) => concept)
      .join(', ');
  assert.equal(conceptsOf('Liver: 2 cm cyst.'), 'liver-lesion');
  assert.equal(conceptsOf('Large mass arising from the upper pole of the left kidney.'), 'renal-lesion');
  assert.equal(conceptsOf('Hypodense lesion in the head of the pancreas.'), 'pancreatic-lesion');
  assert.equal(conceptsOf('Lesion in the left femur.'), 'lytic-lesion');
  assert.equal(conceptsOf('Lung mass abutting the chest wall.'), 'mass');
});

test('a lymph node is no lymphadenopathy before it is called enlarged', () => {
  const readAs = (text: string) =>
    read(text)
      .map(({ concept, assertion, location }) => `${concept} ${assertion} ${location}`)
      .join(', ');
  assert.equal(readAs('Right paratracheal lymph node measures 8 mm.'), 'lymph-node PRESENT paratracheal');
  assert.equal(readAs('No lymph node enlargement.'), 'lymphadenopathy ABSENT ');
  assert.equal(
    readAs('Lymph nodes are normal in size.'),
    'lymph-nodes-normal PRESENT , lymphadenopathy ABSENT ',
  );
});

test('an attribute stands where the text says it, and is said by a rule', () => {
  const text = 'No new small left effusion.';
  const [finding] = read(text);
  const said = finding?.attributes.map(
    ({ kind, value, start, end, rule }) => `${kind} ${value} ${text.slice(start, end)} ${rule}`,
  );
  assert.deepEqual(said?.sort(), [
    'CERTAINTY ABSENT No cue/absent-before/1',
    'CHANGE NEW new change/new/1',
    'LATERALITY LEFT left laterality/left/1',
    'SEVERITY MILD small severity/mild/1',
  ]);
});

test('what the exam is for, and what is planned, is no result', () => {
  const [asked] = readReport([{ section: 'INDICATION', text: 'Pneumonia.' }]).findings;
  assert.deepEqual([asked?.reason, asked?.planned], [true, false]);
  const [planned] = read('Scheduled for pacemaker.');
  assert.deepEqual([planned?.reason, planned?.planned], [false, true]);
});

function read(text: string): Finding[] {
  return readReport([{ section: 'FINDINGS', text }]).findings;
}

function summary({ concept, change, severity, quantity, sizesMm }: Finding): string {
  const size = sizesMm.length === 0 ? '' : `${sizesMm.join('x')}mm`;
  return [concept, change, severity, quantity, size].filter((word) => word !== '').join(' ');
}
