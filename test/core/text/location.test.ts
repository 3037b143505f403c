import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_LOCATION_DISTANCE } from '../../../core/text/limits.ts';
import { readReport } from '../../../core/text/reading.ts';

/** Each finding with its laterality and location. */
const PLACES: readonly (readonly [string, string])[] = [
  ['Left pleural effusion.', 'effusion LEFT pleura'],
  ['Small right lower lobe consolidation.', 'consolidation RIGHT lower lobe'],
  ['Lung nodule.', 'nodule lung'],
  // a general location gives way to the place that the finding is said to be at
  ['Lung nodule in the right lower lobe.', 'nodule RIGHT lower lobe'],
  ['Right lower lobe 5 mm lung nodule.', 'nodule RIGHT lower lobe'],
  ['A 5.0 cm lung mass in the posterior left upper lobe.', 'mass LEFT upper lobe'],
  ['Lung nodule, 5 mm, in the lingula.', 'nodule lingula'],
  ['Pulmonary fibrosis at both lung bases.', 'fibrosis BILATERAL lung base'],
  ['Bilateral perihilar interstitial pulmonary edema.', 'edema BILATERAL hilum'],
  ['Pleural thickening at the right apex.', 'pleural-thickening RIGHT apex'],
  ['Right apical pleural thickening.', 'pleural-thickening RIGHT apex'],
  // and keeps its own where the place is another finding's
  ['Pleural effusion and right lower lobe consolidation.', 'effusion pleura, consolidation RIGHT lower lobe'],
  // what belongs to another item of a list is not shared
  ['No consolidation, pleural effusion or pneumothorax.', 'consolidation, effusion pleura, pneumothorax'],
  ['Small pleural effusions with associated compressive atelectasis.', 'effusion pleura, atelectasis'],
  [
    'Disc bulge with mild spinal canal stenosis and moderate right neural foraminal narrowing.',
    'disc-herniation, spinal-stenosis, spinal-stenosis RIGHT',
  ],
  ['Metastasis cannot be excluded given the history of breast cancer.', 'metastasis, breast-mass breast'],
  ['Right effusion and atelectasis.', 'effusion RIGHT, atelectasis RIGHT'],
  ['Atelectasis and effusion at the left base.', 'atelectasis LEFT lung base, effusion LEFT lung base'],
  ['Opacity in the left base, small right effusion.', 'opacity LEFT lung base, effusion RIGHT'],
  [
    'No acute abnormality except for a fracture of the right seventh rib.',
    'no-acute-abnormality, fracture RIGHT rib, rib-fracture RIGHT rib',
  ],
  ['T2/FLAIR hyperintense lesions.', 'white-matter-disease brain'],
  ['Consolidation in the lower lobe with pleural effusion.', 'consolidation lower lobe, effusion pleura'],
  ['Lower lobe consolidation, pleural effusion.', 'consolidation lower lobe, effusion pleura'],
  ['Pleural effusion, atelectasis in the lower lobe.', 'effusion pleura, atelectasis lower lobe'],
  ['Pleural effusion and a clip in the lingula.', 'effusion pleura'],
  ['The left lower lobe is clear with pleural effusion.', 'effusion LEFT pleura'],
  // a denial behind a finding has places of its own, and so has what an exception leaves normal
  ['Cardiomegaly without acute pulmonary process.', 'cardiomegaly'],
  [
    'Minimal atelectasis in the left base, otherwise lungs are clear.',
    'atelectasis LEFT lung base, lungs-clear lung, consolidation lung, opacity lung',
  ],
  [`Lung nodule ${'and so on '.repeat(MAX_LOCATION_DISTANCE / 3)}in the lower lobe.`, 'nodule lung'],
];

for (const [text, expected] of PLACES) {
  test(text, () => {
    const { findings } = readReport([{ section: 'FINDINGS', text }]);
    const read = findings.map(({ concept, laterality, location }) =>
      [concept, laterality, location].filter((word) => word !== '').join(' '),
    );
    assert.equal(read.join(', '), expected);
  });
}
