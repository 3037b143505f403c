import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SectionName } from '../../../core/radiology/events.ts';
import { readForEncoding, readReport } from '../../../core/text/reading.ts';
import { labelsByAssertion } from '../../../core/text/report-labels.ts';
import { readingMarks } from '../../../evaluation/reading-marks.ts';

const marks = (text: string, section: SectionName | null = 'FINDINGS') =>
  readingMarks(readReport([{ section, text }]).findings);

describe('what a finding word names besides a finding', () => {
  it('quantities, clinics, protocols and risks are none', () => {
    for (const text of [
      'Cerebral blood volume was normal.',
      'Regional cerebral blood flow is preserved.',
      'Bone mass is low for age.',
      'Left ventricular mass index 80 g/m2.',
      'Stroke volume 60 ml.',
      'Stroke protocol MRI was obtained.',
      'PE protocol CT of the chest.',
      'Seen in fracture clinic; fracture risk is low.',
      'Bleeding time is normal.',
      'Calcification score zero.',
      'Infarct core volume 0 ml.',
    ])
      assert.equal(marks(text), '', text);
  });

  it('a finding in the same words is one', () => {
    assert.equal(marks('Cerebral hemorrhage.'), 'intracranial-hemorrhage+');
    assert.equal(marks('Left lung mass.'), 'mass+');
    assert.equal(marks('Acute stroke.'), 'infarct+');
    assert.equal(marks('Hematoma volume 20 ml.'), 'fluid-collection+');
  });
});

describe('a doubt', () => {
  const FULLY = ['', 'entirely ', 'completely ', 'definitely ', 'safely ', 'reliably '];

  it('that is not ruled out, with whatever adverbs on either side of "be"', () => {
    for (const negation of ['cannot', 'can not', 'could not', 'can’t', "couldn't"])
      for (const before of FULLY)
        for (const after of FULLY)
          for (const out of ['excluded', 'ruled out', 'eliminated', 'dismissed'])
            for (const text of [`A fracture ${negation} ${before}be ${after}${out}.`])
              assert.equal(marks(text), 'fracture?', text);
    for (const text of [
      'A fracture has not been excluded.',
      'A fracture is not definitely excluded.',
      'Unable to completely exclude a fracture.',
      'A fracture is difficult to entirely exclude.',
      'It is not possible to confidently exclude a fracture.',
      'We cannot with certainty exclude a fracture.',
    ])
      assert.equal(marks(text), 'fracture?', text);
    assert.equal(marks('A fracture can be excluded.'), 'fracture-');
    assert.equal(marks('A fracture is excluded.'), 'fracture-');
  });

  it('stays one with citations, measures, dates and references in between, before and behind', () => {
    for (const insert of [
      '(series 1, image 1)', '(12 x 10 mm)', '[3]', '(arrow, image 3; previously 4 mm)', '(compare 3/12/2019)',
      '– see image 4 –', '(see above)',
    ] /* biome-ignore format: one list */) {
      assert.equal(marks(`Fracture is suspected ${insert}.`), 'fracture?', insert);
      assert.equal(marks(`Fracture ${insert} is suspected.`), 'fracture?', insert);
      assert.equal(marks(`Fracture is ${insert} suspected.`), 'fracture?', insert);
      assert.equal(marks(`Fracture ${insert} cannot ${insert} be excluded ${insert}.`), 'fracture?', insert);
      assert.equal(marks(`No ${insert} fracture.`), 'fracture-', insert);
    }
    for (const sign of ['(-)', ': (-)', ': -']) assert.equal(marks(`Fracture ${sign}`), 'fracture-', sign);
    assert.equal(marks('Fracture (no effusion) is suspected.'), 'fracture? effusion-');
  });
});

describe('a doubt behind a denial of the same finding', () => {
  it('takes the denial back', () => {
    for (const text of [
      'No fracture seen but cannot be excluded.',
      'No definite fracture, but not excluded.',
      'No fracture seen, though not excluded on this view.',
      'No fracture is definitely seen, but cannot be excluded.',
      'No fracture identified; however, cannot be ruled out.',
      'Fracture can neither be confirmed nor excluded.',
      'Fracture cannot be confirmed or excluded.',
    ])
      assert.equal(marks(text), 'fracture?', text);
  });

  it('leaves the denial of another one', () => {
    assert.equal(marks('Effusion was excluded but fracture was not.'), 'effusion- fracture?');
    assert.equal(marks('No effusion but fracture cannot be excluded.'), 'effusion- fracture?');
    assert.equal(marks('No effusion, fracture not excluded.'), 'effusion- fracture?');
    assert.equal(marks('Nodule is seen, not well localized.'), 'nodule+');
    assert.equal(marks('There is a nodule that is not calcified.'), 'nodule+ calcification-');
  });
});

describe('an answer that leaves it open', () => {
  it('is a doubt, but of what was seen and not understood', () => {
    for (const answer of ['Indeterminate', 'Inconclusive.', 'Not assessed', 'N/A', 'Unknown'])
      assert.equal(marks(`Pulmonary embolism: ${answer}`), 'pulmonary-embolism?', answer);
    assert.equal(marks('Nodule: indeterminate'), 'nodule+');
    assert.equal(marks('Pneumothorax: N'), 'pneumothorax-');
    assert.equal(marks('Nodules: 0'), 'nodule-');
  });

  it('denies in words that Spanish has, too', () => {
    assert.equal(marks('Edema no visible.'), 'edema-');
    assert.equal(marks('No visible edema.'), 'edema-');
  });
});

describe('the reason for the examination, without a section of its own', () => {
  const REQUESTS = [
    'Rule out pneumonia.', 'R/O pneumonia', 'Evaluate for pneumonia.', 'Eval pneumonia', 'Assess for pneumonia.', '?pneumonia',
    '? pneumonia', 'Pneumonia?', 'Cough, ?pneumonia', 'Query pneumonia.', 'Please exclude pneumonia.', 'Concern for pneumonia.',
    'Clinical question: pneumonia.', 'Reason: pneumonia', 'Hx: pneumonia.', 'Fever; r/o pneumonia.', 'Pneumonia, please evaluate.',
  ]; // biome-ignore format: one list

  it('at the start of a report is no result', () => {
    for (const request of REQUESTS) {
      const { reading, toEncode } = readForEncoding([{ section: null, text: request }]);
      assert.deepEqual(
        labelsByAssertion(reading.findings),
        { present: [], absent: [], uncertain: [] },
        request,
      );
      assert.deepEqual([reading.assertedText, toEncode], ['', []], request);
    }
  });

  it('leaves the results behind it as they are', () => {
    for (const request of [
      'Rule out pneumonia.',
      'Evaluate for pneumonia.',
      '?pneumonia',
      'Query pneumonia.',
    ]) {
      const { findings } = readReport([
        { section: null, text: `${request}\nSmall left effusion. No fracture.` },
      ]);
      assert.deepEqual(labelsByAssertion(findings), {
        present: ['effusion'],
        absent: ['fracture'],
        uncertain: [],
      });
    }
  });

  it('as a whole sentence is no result in any section', () => {
    for (const request of [
      'Eval pneumothorax',
      'Eval for pneumothorax.',
      'Evaluate pneumothorax or effusion.',
      'Check effusion',
    ])
      for (const section of ['FINDINGS', 'IMPRESSION'] as const) {
        const { findings } = readReport([{ section, text: `${request}\n\nNo fracture.` }]);
        assert.deepEqual(
          labelsByAssertion(findings),
          { present: [], absent: ['fracture'], uncertain: [] },
          request,
        );
      }
    assert.equal(marks('Evaluation shows a nodule.'), 'nodule+');
    for (const request of ['Rule out fracture.', 'R/O fracture', 'Please exclude fracture.'])
      assert.equal(marks(request), 'fracture?', request);
  });

  it('in an impression, or behind a result, the same words are a doubt', () => {
    assert.equal(marks('Concern for pneumonia.', 'IMPRESSION'), 'pneumonia?');
    assert.equal(marks('Rule out pneumonia.', 'IMPRESSION'), 'pneumonia?');
    assert.equal(marks('Small opacity. Concern for pneumonia.', null), 'opacity+ pneumonia?');
    assert.equal(marks('Possible pneumonia.', null), 'pneumonia?');
  });
});
