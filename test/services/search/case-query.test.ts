import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Assertion } from '../../../core/radiology/events.ts';
import { caseQuery, conceptTiers } from '../../../services/search/case-query.ts';
import { readQuery } from '../../../services/search/query-reading.ts';
import { NO_FILTERS } from '../../../services/search/search-request.ts';

/** The clauses that a report's labels fulfil: enough of the query language to judge tiers. */
function matches(clause: unknown, labels: Record<string, Assertion>): boolean {
  const { term, bool } = clause as {
    term?: Record<string, string>;
    bool?: { filter?: unknown[]; should?: unknown[]; must_not?: unknown[] };
  };
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
  it('tells phrases, concepts, other words and record numbers apart', () => {
    const reading = readQuery('"Chest Tube" tiny effusions zebra');
    assert.deepEqual(reading.phrases, ['Chest Tube']);
    assert.deepEqual(
      reading.concepts.map(({ concept, assertion, text }) => [concept, assertion, text]),
      [['effusion', 'PRESENT', 'effusions']],
    );
    assert.deepEqual(reading.rest, ['tiny', 'zebra']);
    assert.equal(reading.recordNumber, '');
    assert.equal(readQuery(' n11-0000059 ').recordNumber, 'N11-0000059');
    assert.equal(readQuery('effusion').recordNumber, '');
    assert.equal(readQuery('1234 5678').recordNumber, '');
  });

  it('an open quote is no phrase', () => {
    assert.deepEqual(readQuery('effusion "left').phrases, []);
  });
});
