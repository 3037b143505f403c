import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ReportPart, SectionName } from '../../../core/radiology/events.ts';
import { CONCEPTS } from '../../../core/site-lexicon/concepts.ts';
import { DEFAULT_LEXICON_DATA } from '../../../core/text/lexicon.ts';
import { MAX_FINDINGS, MAX_READ_LENGTH } from '../../../core/text/limits.ts';
import { readReport, type TextReading } from '../../../core/text/reading.ts';
import { describeRule, rulesOf } from '../../../core/text/rules.ts';
import { readingMarks } from '../../../evaluation/reading-marks.ts';

const WORDS = [
  'no', 'without', 'pneumothorax', 'effusion', 'pleural', 'heart', 'size', 'is', 'enlarged', 'possible', 'but', 'and',
  'or', ',', ';', '.', ':', 'IMPRESSION:', 'Findings:', '1.', '2.', '(', ')', 'series', '3', 'image', '84-7', '12',
  'XXXX', 'left', 'history', 'of', 'cannot', 'be', 'excluded', '\n', '\n\n', '-', '/', '?', 'mother', 'ü', '😀', '2.5',
]; // biome-ignore format: one list
const prose = fc.array(fc.constantFrom(...WORDS), { maxLength: 60 }).map((words) => words.join(' '));
const section = fc.constantFrom<SectionName | null>(null, null, 'FINDINGS', 'IMPRESSION', 'INDICATION');
const parts = fc.array(fc.record({ section, text: fc.oneof(prose, fc.string({ unit: 'grapheme' })) }), {
  maxLength: 4,
});

test('all places lie in the text and in their sentence; concepts are known; the same text reads the same', () => {
  const concepts = new Set(CONCEPTS.map(({ id }) => id));
  fc.assert(
    fc.property(parts, (given) => {
      const reading = readReport(given);
      assertPlaces(reading);
      for (const finding of reading.findings) assert.ok(concepts.has(finding.concept));
      assert.deepEqual(readReport(given), reading);
    }),
    { numRuns: 500 },
  );
});

test('the text is what the parts say', () => {
  fc.assert(
    fc.property(parts, (given) => {
      const { text } = readReport(given);
      let from = 0;
      for (const part of given) {
        const at = text.indexOf(part.text, from);
        assert.ok(at >= from);
        from = at + part.text.length;
      }
      assert.equal(
        text.replaceAll('\n', ''),
        given
          .map((part) => part.text)
          .join('')
          .replaceAll('\n', ''),
      );
    }),
  );
});

test('lines sent as parts of their own read like the whole text', () => {
  fc.assert(
    fc.property(prose, (text) => {
      const lines: ReportPart[] = text.split('\n').map((line) => ({ section: null, text: line }));
      assert.deepEqual(readReport(lines), readReport([{ section: null, text }]));
    }),
  );
});

test('a finding and its denial never agree, whichever of its terms names it', () => {
  for (const { id, terms } of FINDINGS) {
    for (const term of terms.map(plainestWording)) {
      const present = assertionsOf(id, `There is ${term}.`);
      for (const denied of [`There is no ${term}.`, `There is no evidence of ${term}.`])
        for (const assertion of assertionsOf(id, denied))
          assert.ok(!present.includes(assertion) || assertion !== 'PRESENT', `${id}: ${denied}`);
    }
  }
});

test('the first term of each finding is present where it is named, and absent where it is denied', () => {
  for (const { id, terms } of FINDINGS) {
    const term = plainestWording(terms[0] ?? '');
    assert.deepEqual([...new Set(assertionsOf(id, `There is ${term}.`))], ['PRESENT'], id);
    for (const denied of [
      `No ${term}.`,
      `There is no evidence of ${term}.`,
      `No mass effect or ${term} is seen.`,
    ])
      assert.deepEqual([...new Set(assertionsOf(id, denied))], ['ABSENT'], denied);
  }
});

/** Sentences as reports have them: a denial, a hedge or nothing before findings, lists and verbs around them. */
const sentence = fc
  .record({
    before: fc.constantFrom(
      '',
      'No',
      'There is no evidence of',
      'Possible',
      'Cannot exclude',
      'History of',
      'Stable',
      'New small',
    ),
    names: fc.uniqueArray(
      fc.constantFrom('effusion', 'consolidation', 'nodule', 'edema', 'left atelectasis', 'rib fracture'),
      {
        minLength: 1,
        maxLength: 3,
      },
    ),
    joined: fc.constantFrom(' or ', ' and ', ', '),
    after: fc.constantFrom(
      '',
      ' is seen',
      ' in the right base',
      ' cannot be excluded',
      ' has resolved',
      ' but no hernia',
    ),
  })
  .map(({ before, names, joined, after }) => capital(`${before} ${names.join(joined)}${after}.`.trim()));

test('a sentence without finding, cue or word of time changes no label', () => {
  const neutral = fc.constantFrom(
    'The images were reviewed.',
    'Dr. Moss read the study.',
    'Thank you for the referral.',
  );
  fc.assert(
    fc.property(sentence, sentence, neutral, (one, two, added) => {
      const marks = marksOf(`${one} ${two}`);
      for (const text of [`${added} ${one} ${two}`, `${one} ${added} ${two}`, `${one} ${two} ${added}`])
        assert.equal(marksOf(text), marks, text);
    }),
  );
});

test('a line break for a blank within a sentence changes no label', () => {
  fc.assert(
    fc.property(fc.array(sentence, { minLength: 1, maxLength: 3 }), fc.nat(), (given, chosen) => {
      const text = given.join(' ');
      const blanks = [...text.matchAll(/(?<!\.) /g)].map((match) => match.index);
      const at = blanks[chosen % blanks.length];
      if (at === undefined) return;
      const wrapped = `${text.slice(0, at)}\n${text.slice(at + 1)}`;
      assert.equal(marksOf(wrapped), marksOf(text), JSON.stringify(wrapped));
    }),
  );
});

test('case and white space change no label', () => {
  fc.assert(
    fc.property(fc.array(sentence, { minLength: 1, maxLength: 3 }), (given) => {
      const text = given.join(' ');
      for (const same of [text.toUpperCase(), text.toLowerCase(), text.replaceAll(' ', '  '), ` ${text}\t`])
        assert.equal(marksOf(same), marksOf(text), same);
    }),
  );
});

test('every blank that ECMAScript knows parts words, and is no part of one', () => {
  const codes = Array.from({ length: 0x10000 }, (_, code) => code);
  const blanks = codes.filter((code) => String.fromCharCode(code).trim() === '' && ![10, 13].includes(code));
  assert.ok(blanks.includes(0x1680));
  for (const blank of blanks.map((code) => String.fromCharCode(code))) {
    const { findings, sections } = readReport([{ section: null, text: `Pleural${blank}effusion${blank}` }]);
    assert.deepEqual(
      findings.map(({ concept }) => concept),
      ['effusion'],
      JSON.stringify(blank),
    );
    assert.equal(sections.at(-1)?.end, 'Pleural effusion'.length, JSON.stringify(blank));
  }
});

test('every finding says which rules made it, and the lexicon knows them', () => {
  fc.assert(
    fc.property(parts, (given) => {
      const { text, findings, contradictions } = readReport(given);
      for (const finding of findings) {
        for (const rule of rulesOf(finding))
          assert.notEqual(describeRule(rule, DEFAULT_LEXICON_DATA), null, rule);
        for (const { start, end } of finding.attributes)
          assert.ok(finding.sentenceStart <= start && start < end && end <= finding.sentenceEnd);
      }
      for (const { first, second } of contradictions) assert.ok(first <= second && second < text.length);
    }),
  );
});

test('of more findings than the most, the first are kept', () => {
  const { findings } = readReport([{ section: null, text: 'Effusion. '.repeat(MAX_FINDINGS + 10) }]);
  assert.equal(findings.length, MAX_FINDINGS);
});

test('of a text longer than the limit the beginning is read, and that is said', () => {
  const text = `Nodule. ${' '.repeat(MAX_READ_LENGTH)}Effusion.`;
  const { findings, problem, text: whole } = readReport([{ section: null, text }]);
  assert.deepEqual(
    findings.map(({ concept }) => concept),
    ['nodule'],
  );
  assert.deepEqual([problem, whole], ['REPORT_TOO_LONG', text]);
});

const FINDINGS = DEFAULT_LEXICON_DATA.findings.findings.filter(({ group }) => group !== 'normal');

/** Of a phrase the first of all alternatives, without what may be missing. */
function plainestWording(phrase: string): string {
  const words = phrase.split(' ').filter((word) => !word.endsWith('?'));
  const plain = words.map((word) => word.split('|')[0] ?? '');
  return plain
    .map((word) => DEFAULT_LEXICON_DATA.sets[word.slice(1)]?.[0] ?? word.replace('*', 'any'))
    .join(' ');
}

function assertionsOf(id: string, text: string): string[] {
  return readReport([{ section: 'FINDINGS', text }])
    .findings.filter(({ concept }) => concept === id)
    .map(({ assertion }) => assertion);
}

function marksOf(text: string): string {
  return readingMarks(readReport([{ section: 'FINDINGS', text }]).findings);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function assertPlaces({ text, sections, findings, citations, assertedText }: TextReading): void {
  let before = 0;
  for (const { start, end } of sections) {
    assert.ok(before <= start && start < end && end <= text.length);
    assert.equal(text.slice(start, end).trim(), text.slice(start, end));
    before = end;
  }
  for (const { start, end, sentenceStart, sentenceEnd, cue } of findings) {
    assert.ok(sentenceStart <= start && start < end && end <= sentenceEnd && sentenceEnd <= text.length);
    assert.match(text.slice(start, end), /^[\p{L}\p{N}].*[\p{L}\p{N}]$/su);
    assert.ok(
      text.slice(sentenceStart, sentenceEnd).includes(cue) || cue === 'heart-normal' || cue === 'lungs-clear',
    );
  }
  for (const citation of citations) {
    assert.ok(citation.contextStart <= citation.sentenceStart && citation.sentenceStart <= citation.start);
    assert.ok(citation.end <= citation.sentenceEnd && citation.sentenceEnd <= citation.contextEnd);
    assert.match(text.slice(citation.start, citation.end), /^\d/);
  }
  for (const word of assertedText.split(/\s+/)) assert.ok(text.includes(word));
}
