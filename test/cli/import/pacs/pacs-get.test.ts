import assert from 'node:assert/strict';
import { it } from 'node:test';
import { COMMON_SOP_CLASSES } from '../../../../cli/import/pacs/common-sop-classes.ts';
import { storageProposals } from '../../../../cli/import/pacs/pacs-get.ts';
import { MAX_PRESENTATION_CONTEXTS, MAX_TRANSFER_SYNTAXES } from '../../../../core/dicom/limits.ts';
import { isStorageSopClass, STORED_TRANSFER_SYNTAXES } from '../../../../core/dicom/uids.ts';

for (const classes of [COMMON_SOP_CLASSES.slice(0, 1), COMMON_SOP_CLASSES.slice(0, 12), COMMON_SOP_CLASSES])
  it(`${classes.length} classes are all proposed, with every transfer syntax, within one association`, () => {
    const proposals = storageProposals(classes);
    assert.ok(proposals.length < MAX_PRESENTATION_CONTEXTS, 'one context is for C-GET itself');
    assert.ok(proposals.every(({ role }) => role === 'scp'));
    assert.ok(proposals.every(({ transferSyntaxes }) => transferSyntaxes.length <= MAX_TRANSFER_SYNTAXES));
    for (const one of classes) {
      assert.ok(isStorageSopClass(one));
      const own = proposals.filter(({ abstractSyntax }) => abstractSyntax === one);
      const syntaxes = own.flatMap(({ transferSyntaxes }) => transferSyntaxes);
      assert.equal(new Set(syntaxes).size, syntaxes.length);
      for (const syntax of syntaxes) assert.ok(STORED_TRANSFER_SYNTAXES.has(syntax));
      for (const syntax of STORED_TRANSFER_SYNTAXES)
        assert.ok(syntaxes.includes(syntax), `${syntax} of ${one}`);
    }
  });

it('one class has a context for each compressed syntax: the PACS sends each object as it is', () => {
  const alone = storageProposals(COMMON_SOP_CLASSES.slice(0, 1));
  assert.ok(alone.slice(1).every(({ transferSyntaxes }) => transferSyntaxes.length === 1));
});
