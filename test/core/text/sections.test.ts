import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ReportPart } from '../../../core/radiology/events.ts';
import { DEFAULT_LEXICON_DATA } from '../../../core/text/lexicon.ts';
import { readReport } from '../../../core/text/reading.ts';
import { describeRule } from '../../../core/text/rules.ts';

test('headings in the text, on one line or several', () => {
  const expected = [
    ['INDICATION', 'Cough.'],
    ['COMPARISON', 'None.'],
    ['FINDINGS', 'Clear lungs.'],
    ['IMPRESSION', '1. Normal.'],
  ];
  const lines = 'INDICATION: Cough.\nCOMPARISON: None.\nFINDINGS: Clear lungs.\nIMPRESSION:\n1. Normal.\n';
  assert.deepEqual(sectionsOf([{ section: null, text: lines }]), expected);
  assert.deepEqual(sectionsOf([{ section: null, text: lines.replaceAll('\n', ' ') }]), expected);
  assert.deepEqual(sectionsOf([{ section: null, text: lines.toLowerCase() }]), lower(expected));
  const alone = 'INDICATION\nCough.\n\nCOMPARISON\nNone.\n\nFINDINGS\nClear lungs.\n\nIMPRESSION\n1. Normal.';
  assert.deepEqual(sectionsOf([{ section: null, text: alone }]), expected);
  assert.deepEqual(sectionsOf([{ section: null, text: lines.replaceAll('\n', '\r\n') }]), expected);
});

test('other wordings of the headings', () => {
  const text = 'REASON FOR EXAM: Cough.\nTECHNIQUE: Two views.\nCONCLUSION: Normal.\nADDENDUM: Read again.';
  assert.deepEqual(sectionsOf([{ section: null, text }]), [
    ['INDICATION', 'Cough.'],
    ['TECHNIQUE', 'Two views.'],
    ['IMPRESSION', 'Normal.'],
    ['ADDENDUM', 'Read again.'],
  ]);
});

test('words of a sentence are no headings', () => {
  const text = 'In comparison to the prior, the findings are stable. My impression is that of a mass.';
  assert.deepEqual(sectionsOf([{ section: null, text }]), [['OTHER', text]]);
  assert.deepEqual(sectionsOf([{ section: 'FINDINGS', text: 'Lungs: Clear.\nHeart: Normal.' }]), [
    ['FINDINGS', 'Lungs: Clear.\nHeart: Normal.'],
  ]);
});

test('parts with a section, and a heading of their own within', () => {
  assert.deepEqual(
    sectionsOf([
      { section: 'FINDINGS', text: 'Small effusion.' },
      { section: 'IMPRESSION', text: 'IMPRESSION: Effusion.' },
    ]),
    [
      ['FINDINGS', 'Small effusion.'],
      ['IMPRESSION', 'Effusion.'],
    ],
  );
});

test('one part for each line: a heading holds until the next one, a sentence goes over the line', () => {
  const lines = ['FINDINGS:', 'No pleural', 'effusion or pneumothorax.', '', 'IMPRESSION:', 'Normal.'];
  const parts = lines.map((text) => ({ section: null, text }));
  assert.deepEqual(sectionsOf(parts), [
    ['FINDINGS', 'No pleural\neffusion or pneumothorax.'],
    ['IMPRESSION', 'Normal.'],
  ]);
  const reading = readReport(parts);
  assert.deepEqual(
    reading.findings.map(({ concept, assertion, section }) => [concept, assertion, section]),
    [
      ['effusion', 'ABSENT', 'FINDINGS'],
      ['pneumothorax', 'ABSENT', 'FINDINGS'],
    ],
  );
  assert.equal(reading.text, lines.join('\n'));
});

test('findings know their section: the reason for the exam is not a result', () => {
  const text = 'INDICATION: Evaluate for pneumonia. IMPRESSION: No pneumonia.';
  const { findings } = readReport([{ section: null, text }]);
  assert.deepEqual(
    findings.map(({ section, assertion }) => [section, assertion]),
    [
      ['INDICATION', 'UNCERTAIN'],
      ['IMPRESSION', 'ABSENT'],
    ],
  );
});

test('what headings of the past and of relatives name is neither a result nor the reason for the exam', () => {
  const meant = (text: string) =>
    readReport([{ section: null, text }]).findings.map(({ concept, section, time, subject, reason }) =>
      [concept, section, time, subject, reason ? 'reason' : ''].join(' ').trim(),
    );
  const effusion = 'effusion FINDINGS CURRENT PATIENT';
  const past = ['emphysema INDICATION HISTORICAL PATIENT', effusion];
  for (const heading of [
    'PAST MEDICAL HISTORY',
    'Past medical history',
    'Medical History',
    'PMH',
    'Previous hx',
  ])
    assert.deepEqual(meant(`${heading}: Emphysema. FINDINGS: Effusion.`), past, heading);
  assert.deepEqual(meant('PAST MEDICAL HISTORY\nEmphysema.\n\nFINDINGS\nEffusion.'), past);
  assert.deepEqual(meant('FAMILY HISTORY: Emphysema. FINDINGS: Effusion.'), [
    'emphysema INDICATION CURRENT FAMILY',
    effusion,
  ]);
  const reason = ['emphysema INDICATION CURRENT PATIENT reason', effusion];
  for (const heading of [
    'HISTORY',
    'CLINICAL HISTORY',
    'INDICATION',
    'History of present illness',
    'REFERRING DIAGNOSIS',
  ])
    assert.deepEqual(meant(`${heading}: Emphysema. FINDINGS: Effusion.`), reason, heading);
  const both = 'CLINICAL HISTORY: Pneumonia. PAST MEDICAL HISTORY: Emphysema. INDICATION: Nodule.';
  assert.deepEqual(meant(both), [
    'pneumonia INDICATION CURRENT PATIENT reason',
    'emphysema INDICATION HISTORICAL PATIENT',
    'nodule INDICATION CURRENT PATIENT reason',
  ]);
});

test('headings of the past and of relatives hold to the next empty line, and not within the findings', () => {
  const meant = (text: string, section: ReportPart['section'] = null) =>
    readReport([{ section, text }])
      .findings.filter(({ section }) => section !== 'INDICATION')
      .map(({ concept, time, subject }) => [concept, time, subject].join(' '));
  const pneumothorax = ['pneumothorax CURRENT PATIENT'];
  assert.deepEqual(meant('PMH: COPD.\n\nLarge left pneumothorax.'), pneumothorax);
  assert.deepEqual(meant('PMH: COPD.\n\nPneumothorax.', 'FINDINGS').slice(-1), pneumothorax);
  assert.deepEqual(meant('PMH: COPD.\nPneumothorax.', 'FINDINGS').slice(-1), pneumothorax);
  assert.deepEqual(meant('Family history: lung cancer.\n\nLarge mass in the right upper lobe.'), [
    'mass CURRENT PATIENT',
  ]);
  assert.deepEqual(meant('Allergies: contrast.\n\nCHEST CT\n\nLarge pulmonary embolism.'), [
    'pulmonary-embolism CURRENT PATIENT',
  ]);
  const within = 'FINDINGS: Heart normal. Past surgical history: CABG. Moderate left pneumothorax is seen.';
  assert.deepEqual(meant(within).slice(-1), pneumothorax);
});

test('the heading is the reason that is given', () => {
  const text = 'PAST MEDICAL HISTORY: Emphysema.';
  const [finding] = readReport([{ section: null, text }]).findings;
  const time = finding?.attributes.find(({ kind }) => kind === 'TIME');
  assert.equal(text.slice(time?.start, time?.end), 'PAST MEDICAL HISTORY');
  assert.match(describeRule(time?.rule ?? '', DEFAULT_LEXICON_DATA) ?? '', /history/);
});

test('a report without words has a problem', () => {
  for (const parts of [
    [],
    [{ section: null, text: '' }],
    [{ section: 'FINDINGS' as const, text: ' \n .' }],
  ]) {
    const reading = readReport(parts);
    assert.equal(reading.problem, 'REPORT_EMPTY');
    assert.deepEqual([reading.findings, reading.citations, reading.assertedText], [[], [], '']);
  }
});

function sectionsOf(parts: ReportPart[]): string[][] {
  const { text, sections } = readReport(parts);
  return sections.map(({ name, start, end }) => [name, text.slice(start, end)]);
}

function lower(sections: string[][]): string[][] {
  return sections.map(([name = '', text = '']) => [name, text.toLowerCase()]);
}
