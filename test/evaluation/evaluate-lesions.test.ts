import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluateLesions } from '../../evaluation/evaluate-lesions.ts';
import { LesionOntology } from '../../evaluation/lesion-terms.ts';

const ONTOLOGY = new LesionOntology([
  { class: 'bodypart', term: 'lung', synonyms: 'lung | pulmonary', term_parents: 'chest' },
  { class: 'bodypart', term: 'chest', synonyms: '', term_parents: '' },
  { class: 'type', term: 'nodule', synonyms: 'nodule | nodular', term_parents: '' },
  { class: 'type', term: 'mass', synonyms: 'mass', term_parents: '' },
  { class: 'attribute', term: 'large', synonyms: 'large | huge', term_parents: '' },
  { class: 'weather', term: 'rain', synonyms: '', term_parents: '' },
]);

test('terms have other names and what follows from them; unknown groups are left out', () => {
  assert.equal(ONTOLOGY.named('Pulmonary'), 'lung');
  assert.equal(ONTOLOGY.named('rain'), undefined);
  assert.deepEqual([...ONTOLOGY.expanded(['lung', 'nodule'])].sort(), ['chest', 'lung', 'nodule']);
});

test('what is read of a lesion is compared group by group; what is denied counts for nothing', () => {
  const { groups, sentences } = evaluateLesions(
    [
      { text: 'Nodule in the lung.', terms: ['nodule', 'lung', 'chest'] },
      { text: 'No mass.', terms: [] },
      { text: 'Mass.', terms: ['nodule', 'large'] },
    ],
    ONTOLOGY,
  );
  assert.equal(sentences, 3);
  assert.deepEqual([groups.type.tp, groups.type.fp, groups.type.fn], [1, 1, 1]);
  assert.deepEqual([groups.bodypart.tp, groups.bodypart.fp, groups.bodypart.fn], [2, 0, 0]);
  assert.equal(groups.attribute.recall, 0);
  assert.equal(groups.type.dev.tp + groups.type.test.tp, 1);
});

test('recall over the terms that the labeler has a word for stands beside recall over all', () => {
  const ontology = new LesionOntology([
    { class: 'attribute', term: 'large', synonyms: 'large', term_parents: '' },
    { class: 'attribute', term: 'flickering', synonyms: 'flickering', term_parents: '' },
    { class: 'bodypart', term: 'mediastinum lymph node', synonyms: '', term_parents: 'lymph node' },
    { class: 'bodypart', term: 'lymph node', synonyms: '', term_parents: '' },
  ]);
  const { attribute, bodypart } = evaluateLesions(
    [
      { text: 'Large flickering mass.', terms: ['large', 'flickering'] },
      { text: 'Mediastinal lymphadenopathy.', terms: ['mediastinum lymph node', 'lymph node'] },
    ],
    ontology,
  ).groups;
  assert.deepEqual(
    [attribute.terms, attribute.terms_known, attribute.recall, attribute.recall_known],
    [2, 1, 0.5, 1],
  );
  assert.deepEqual([bodypart.terms_known, bodypart.recall, bodypart.precision], [2, 1, 1]);
});
