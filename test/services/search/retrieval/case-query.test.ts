import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Assertion } from '../../../../core/radiology/events.ts';
import { NO_FILTERS } from '../../../../services/search/http/search-request.ts';
import {
  LANGUAGE_NOT_READ,
  MINUS_IS_NO,
  OR_IS_AND,
  readQuery,
} from '../../../../services/search/query/query-reading.ts';
import { caseQuery, conceptTiers } from '../../../../services/search/retrieval/case-query.ts';

/** The clauses that a report's labels fulfil, where every word of it was read: enough of the query language for tiers. */
function matches(clause: unknown, labels: Record<string, Assertion>): boolean {
  const { term, bool, match } = clause as {
    term?: Record<string, string>;
    match?: Record<string, unknown>;
    bool?: { filter?: unknown[]; should?: unknown[]; must_not?: unknown[] };
  };
  if (match !== undefined) {
    assert.deepEqual(Object.keys(match), ['text.unread']);
    return false;
  }
  if (term !== undefined) {
    const [[field = '', concept = ''] = []] = Object.entries(term);
    return field === `findings.${labels[concept]?.toLowerCase()}`;
  }
  return (
    (bool?.filter ?? []).every((inner) => matches(inner, labels)) &&
    (bool?.should === undefined || bool.should.some((inner) => matches(inner, labels))) &&
    !(bool?.must_not ?? []).some((inner) => matches(inner, labels))
  );
}

/** From 1; 0 where a report is in no tier. */
function tierOf(words: string, labels: Record<string, Assertion>): number {
  const tiers = conceptTiers(readQuery(words));
  const fitting = tiers.flatMap((tier, position) =>
    tier.every((clause) => matches(clause, labels)) ? [position + 1] : [],
  );
  assert.ok(fitting.length <= 1, 'tiers do not overlap');
  return fitting[0] ?? 0;
}

describe('the tiers of a query', () => {
  it('one concept: present, then uncertain, never denied or unmentioned', () => {
    assert.equal(tierOf('pneumothorax', { pneumothorax: 'PRESENT' }), 1);
    assert.equal(tierOf('pneumothorax', { pneumothorax: 'UNCERTAIN' }), 2);
    assert.equal(tierOf('pneumothorax', { pneumothorax: 'ABSENT' }), 0);
    assert.equal(tierOf('pneumothorax', {}), 0);
  });

  it('denied and uncertain when asked so', () => {
    assert.equal(tierOf('no pneumothorax', { pneumothorax: 'ABSENT' }), 1);
    assert.equal(tierOf('no pneumothorax', { pneumothorax: 'PRESENT' }), 0);
    assert.equal(tierOf('possible pneumonia', { pneumonia: 'UNCERTAIN' }), 1);
    assert.equal(tierOf('possible pneumonia', { pneumonia: 'ABSENT' }), 0);
  });

  it('several: all, then all that may be, then some of which none is denied', () => {
    const words = 'pneumonia and effusion';
    assert.equal(tierOf(words, { pneumonia: 'PRESENT', effusion: 'PRESENT' }), 1);
    assert.equal(tierOf(words, { pneumonia: 'PRESENT', effusion: 'UNCERTAIN' }), 2);
    assert.equal(tierOf(words, { pneumonia: 'PRESENT' }), 3);
    assert.equal(tierOf(words, { pneumonia: 'PRESENT', effusion: 'ABSENT' }), 0);
    assert.equal(tierOf('cardiomegaly without edema', { cardiomegaly: 'PRESENT' }), 0);
  });
});

describe('caseQuery', () => {
  const query = (words: string) => caseQuery(readQuery(words), NO_FILTERS);

  it('embeds what is asked for and never what is denied', () => {
    assert.equal(query('large pneumothorax without effusion').meaning, 'pneumothorax large');
    assert.equal(query('no pneumothorax').meaning, '');
    assert.equal(query('"chest tube"').meaning, '');
  });

  it('lets words rank where concepts filter, and filter where nothing else does', () => {
    assert.equal(query('pneumothorax').wordsRequired, false);
    assert.equal(query('azygos').wordsRequired, true);
    assert.equal(query('" "').words, null);
    assert.equal(query('?!').words, null);
  });

  it('searches denied words only where the filter has chosen reports that deny them', () => {
    const text = JSON.stringify(query('no pneumothorax'));
    assert.ok(!text.includes('text.asserted'));
    assert.ok(text.includes('findings.absent'));
  });

  it('finds withdrawn cases only when they are asked for', () => {
    const filter = (standing: string[]) =>
      JSON.stringify(caseQuery(readQuery(''), { ...NO_FILTERS, standing }).filter);
    assert.ok(filter([]).includes('"must_not":[{"term":{"standing":"WITHDRAWN"}}]'));
    assert.equal(filter(['WITHDRAWN']), '[{"terms":{"standing":["WITHDRAWN"]}}]');
  });
});

describe('readQuery', () => {
  it('tells phrases, concepts and other words apart', () => {
    const reading = readQuery('"Chest Tube" tiny effusions zebra');
    assert.deepEqual(reading.phrases, ['Chest Tube']);
    assert.deepEqual(
      reading.concepts.map(({ concept, assertion, text }) => [concept, assertion, text]),
      [['effusion', 'PRESENT', 'effusions']],
    );
    assert.deepEqual(reading.rest, ['tiny', 'zebra']);
  });

  it('an open quote is no phrase', () => {
    assert.deepEqual(readQuery('effusion "left').phrases, []);
  });
});

describe('a minus before a word', () => {
  const concepts = (words: string) =>
    readQuery(words).concepts.map(({ concept, assertion }) => `${concept} ${assertion}`);

  it('asks for no such finding, whatever sign the keyboard makes of it', () => {
    for (const minus of ['-', '–', '—', '−', '‐'])
      assert.deepEqual(concepts(`pneumothorax ${minus}effusion`), [
        'pneumothorax PRESENT',
        'effusion ABSENT',
      ]);
    assert.deepEqual(concepts('-effusion pneumothorax'), ['effusion ABSENT', 'pneumothorax PRESENT']);
    assert.deepEqual(concepts('pneumothorax -pleural effusion'), ['pneumothorax PRESENT', 'effusion ABSENT']);
    assert.equal(tierOf('pneumothorax -effusion', { pneumothorax: 'PRESENT', effusion: 'PRESENT' }), 0);
    assert.equal(tierOf('pneumothorax -effusion', { pneumothorax: 'PRESENT', effusion: 'ABSENT' }), 1);
  });

  it('denies that finding alone, and turns no denial round', () => {
    assert.deepEqual(concepts('pneumonia -effusion -edema cardiomegaly'), [
      'pneumonia PRESENT',
      'effusion ABSENT',
      'edema ABSENT',
      'cardiomegaly PRESENT',
    ]);
    assert.deepEqual(concepts('no -effusion'), ['effusion ABSENT']);
    assert.deepEqual(concepts('-no effusion'), ['effusion ABSENT']);
    assert.deepEqual(concepts('-possible pneumonia'), ['pneumonia ABSENT']);
  });

  it('leaves out what asserts a word that names no finding, or has a phrase', () => {
    const { deniedWords, deniedPhrases, phrases, rest } = readQuery(
      'zebra -azygos fissure -"chest tube" "air"',
    );
    assert.deepEqual([deniedWords, rest], [['azygos'], ['zebra', 'fissure']]);
    assert.deepEqual([deniedPhrases, phrases], [['chest tube'], ['air']]);
    const query = caseQuery(readQuery('pneumothorax -azygos -"chest tube"'), NO_FILTERS);
    const left = JSON.stringify(query.filter.filter((clause) => clause.bool?.must_not !== undefined));
    assert.ok(left.includes('azygos') && left.includes('chest tube'));
    assert.ok(!query.meaning.includes('azygos'));
  });

  it('within a word, or before a blank, is a hyphen', () => {
    for (const words of ['T2-weighted', 'x-ray', 'follow-up of mass', 'chest - abdomen', '-', '- -'])
      assert.deepEqual(readQuery(words).deniedWords, [], words);
    assert.deepEqual(concepts('air-space opacity'), ['opacity PRESENT']);
    assert.deepEqual(concepts('pneumothorax - effusion'), ['pneumothorax PRESENT', 'effusion PRESENT']);
  });

  it('alone asks for every case without it', () => {
    assert.equal(caseQuery(readQuery('-zebra'), NO_FILTERS).wordsRequired, false);
    assert.equal(caseQuery(readQuery('azygos -zebra'), NO_FILTERS).wordsRequired, true);
  });
});

describe('a minus before a finding', () => {
  it('is said to ask for its denial; before a word it leaves out who has it, and needs no word', () => {
    assert.deepEqual(readQuery('pneumothorax -effusion').notes, [MINUS_IS_NO]);
    assert.deepEqual(readQuery('pneumothorax -azygos').notes, []);
    assert.deepEqual(readQuery('no effusion').notes, []);
  });
});

describe('"or"', () => {
  it('is said to be read as "and" where one of two is asked for', () => {
    for (const words of ['pneumothorax or effusion', 'azygos OR fissure', 'pneumonia or no effusion'])
      assert.deepEqual(readQuery(words).notes, [OR_IS_AND], words);
  });

  it('needs no word where neither is asked for, or where it is no word of the query', () => {
    for (const words of [
      'no pneumothorax or effusion',
      'without edema or effusion',
      'or',
      '"one or two"',
      'lor',
    ])
      assert.deepEqual(readQuery(words).notes, [], words);
  });
});

describe('the side of a finding', () => {
  it('is read with the finding that it is said of', () => {
    const sides = (words: string) =>
      readQuery(words).concepts.map(({ concept, side }) => `${concept} ${side}`);
    assert.deepEqual(sides('right pneumothorax and left effusion'), ['pneumothorax RIGHT', 'effusion LEFT']);
    assert.deepEqual(sides('nodule in the right upper lobe'), ['nodule RIGHT']);
    assert.deepEqual(sides('pneumothorax'), ['pneumothorax ']);
  });
});

describe('words in a language that is not read', () => {
  it('ask for no finding: they are searched as words, all of them, and the answer says so', () => {
    for (const words of [
      'Kein Pneumothorax',
      'pas de pneumothorax',
      'sin neumotórax edema',
      'no hay edema',
      'senza edema',
      'geen pneumothorax',
      'kein Pneumothorax -effusion',
      '"chest tube" kein Pneumothorax',
    ]) {
      const reading = readQuery(words);
      assert.deepEqual([reading.concepts, reading.languageRead], [[], false], words);
      assert.deepEqual(reading.notes, [LANGUAGE_NOT_READ], words);
      const query = caseQuery(reading, NO_FILTERS);
      assert.deepEqual([query.meaning, query.wordsRequired], ['', true], words);
      assert.equal(query.words?.bool?.minimum_should_match, '100%', words);
    }
    assert.deepEqual(readQuery('Kein Pneumothorax').rest, ['kein', 'pneumothorax']);
  });

  it('English words, Latin and names are read as before', () => {
    for (const words of [
      'no pneumothorax',
      'de novo mass',
      'Müller fracture',
      "peau d'orange mass",
      'Swan-Ganz catheter',
      'os acromiale fracture',
      'pneumothorax CLNA999',
      'zebra azygos',
      'pneumothorax',
    ])
      assert.deepEqual(readQuery(words).languageRead, true, words);
  });
});
