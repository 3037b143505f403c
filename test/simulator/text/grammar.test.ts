import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planCase } from '../../../simulator/case.ts';
import { SIMULATED_CONCEPTS, type SimulatedConcept } from '../../../simulator/finding-catalogue.ts';
import type { SimulatedReport } from '../../../simulator/report-versions.ts';
import { placeBefore, placeBehind, spokenSize } from '../../../simulator/text/noun-phrase.ts';

/** Words of the test's own, not those of the grammar. */
const MENTION: Readonly<Record<SimulatedConcept, RegExp>> = {
  atelectasis: /atelectasis/i,
  cardiomegaly:
    /cardiomegaly|(heart|cardiac silhouette|heart size) is (mildly|moderately|severely) enlarged|enlargement of the cardiac/i,
  effusion: /effusion|pleural fluid/i,
  infiltration: /infiltrate/i,
  mass: /\bmass\b/i,
  nodule: /nodule/i,
  pneumonia: /pneumonia/i,
  pneumothorax: /pneumothorax/i,
  consolidation: /consolidation/i,
  edema: /edema/i,
  emphysema: /emphysema/i,
  fibrosis: /fibrosis/i,
  'pleural-thickening': /pleural thickening/i,
  hernia: /hernia/i,
  opacity: /opacity/i,
  granuloma: /granuloma/i,
  fracture: /fracture/i,
  'support-device': /pacemaker|PICC|endotracheal tube|(enteric|nasogastric) tube/i,
  'elevated-diaphragm': /hemidiaphragm/i,
  'tortuous-aorta': /tortuous/i,
  scoliosis: /scoliosis/i,
};

/** Cases that together hold every finding. */
const CASES = 600;

test('what the truth says is written, and nothing else is', () => {
  const seen = new Set<string>();
  eachReport((report) => {
    const text = resultsOf(report);
    const said = new Set(report.findings.map((finding) => finding.concept));
    for (const concept of SIMULATED_CONCEPTS) {
      assert.equal(MENTION[concept].test(text), said.has(concept), `${concept} in: ${text}`);
      if (said.has(concept)) seen.add(concept);
    }
  });
  assert.deepEqual([...seen].sort(), [...SIMULATED_CONCEPTS].sort());
});

test('a finding stands with its side, and a denied one in a sentence that denies it', () => {
  const denies = /\bno\b|\bnot\b|\bnegative\b|\bneither\b|\bwithout\b|absent|: none|resol|no longer/i;
  eachReport((report) => {
    const sentences = resultsOf(report).split(/(?<=[.:])\s+(?=[A-Z0-9])/);
    for (const finding of report.findings) {
      if (finding.causeOf !== '') continue;
      const own = sentences.filter((sentence) => MENTION[finding.concept].test(sentence));
      if (finding.assertion === 'ABSENT') for (const sentence of own) assert.match(sentence, denies);
      else if (finding.laterality === 'LEFT' || finding.laterality === 'RIGHT') {
        const side = finding.location === 'lingula' ? /lingul/i : new RegExp(finding.laterality, 'i');
        for (const sentence of own) assert.match(sentence, side);
      }
    }
  });
});

test('doubt is written as doubt and certainty as certainty', () => {
  const doubts = /may |possib|cannot|questionable|suspicious|suspected|could|versus/i;
  eachReport((report) => {
    const sentences = resultsOf(report).split(/(?<=\.)\s+(?=[A-Z0-9])/);
    for (const finding of report.findings) {
      const own = sentences.filter((sentence) => MENTION[finding.concept].test(sentence));
      if (finding.assertion === 'UNCERTAIN') for (const sentence of own) assert.match(sentence, doubts);
      if (finding.assertion === 'PRESENT')
        for (const sentence of own) {
          const head = sentence.slice(0, sentence.search(MENTION[finding.concept]));
          assert.doesNotMatch(head, doubts);
        }
    }
  });
});

test('the same finding is said in many ways', () => {
  const ways = new Set<string>();
  eachReport((report) => {
    for (const sentence of resultsOf(report).split(/(?<=\.)\s+/))
      if (/effusion/.test(sentence)) ways.add(sentence);
  });
  assert.ok(ways.size > 150, String(ways.size));
});

test('every section is there, and nothing is left of a template', () => {
  eachReport((report) => {
    assert.match(report.text, /^(INDICATION|CLINICAL INDICATION|HISTORY|REASON FOR EXAM):\n/);
    for (const heading of [
      /\nCOMPARISON:\n/,
      /\n(TECHNIQUE|EXAM):\n/,
      /\nFINDINGS:\n/,
      /\n(IMPRESSION|CONCLUSION):\n/,
    ])
      assert.match(report.text, heading);
    assert.equal(/\nADDENDUM:\n/.test(report.text), report.kind === 'ADDENDUM');
    assert.doesNotMatch(report.text, /[{}]|undefined|null| {2}|\.\.| \.| ,/);
  });
});

test('images that a report cites are images of the study', () => {
  let cited = 0;
  for (let n = 0; n < CASES; n++) {
    const { reports, slots } = planCase(11, n);
    for (const [, series, numbers = ''] of (reports.at(-1)?.text ?? '').matchAll(
      /\((?:series (\d+), )?images? ([\d, and-]+)\)/g,
    ))
      for (const number of numbers.match(/\d+/g) ?? []) {
        cited++;
        const found = slots.filter(
          (slot) =>
            slot.instanceNumber === Number(number) &&
            (series === undefined || slot.seriesNumber === Number(series)),
        );
        assert.equal(found.length, 1, `${series}/${number} of case ${n}`);
      }
  }
  assert.ok(cited > 100, String(cited));
});

test('sizes and places are said as readers say them', () => {
  assert.equal(spokenSize(8), '8 mm');
  assert.equal(spokenSize(42), '4.2 cm');
  assert.equal(placeBefore('BILATERAL', 'lung base'), 'bibasilar');
  assert.equal(placeBefore('LEFT', 'apex'), 'left apical');
  assert.equal(placeBehind('RIGHT', 'lower lobe'), 'in the right lower lobe');
  assert.equal(placeBehind('BILATERAL', 'apex'), 'at both apices');
});

function eachReport(check: (report: SimulatedReport) => void): void {
  for (let n = 0; n < CASES; n++) for (const report of planCase(11, n).reports) check(report);
}

/** FINDINGS and IMPRESSION without headings; the indication names findings that nobody has looked for yet. */
function resultsOf(report: SimulatedReport): string {
  return report.text.slice(report.text.indexOf('FINDINGS:\n') + 10).replace(/\n[A-Z]+:\n/g, '\n');
}
