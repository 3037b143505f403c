import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { codeOf } from '../../../core/errors.ts';
import { decode } from '../../../core/imaging/decode.ts';
import { missing, sharedData } from '../../../harness/shared-data.ts';
import { parseCsv } from '../../support/csv.ts';

/**
 * Which objects with pixel data cannot be shown: files that are broken on purpose, one without the Part 10 header that
 * the gateway always writes, and one JPEG-LS image that makes the codec trap. All other images must be shown.
 */
const PROBLEMS: Readonly<Record<string, string>> = {
  'dcm4che/3gb-bulk-data-truncated': 'IMAGE_UNDECODABLE',
  'fo-dicom/GH340.dcm': 'DICOM_DATA_SET_UNREADABLE',
  'fo-dicom/genFile.dcm': 'IMAGE_UNDECODABLE',
  'pydicom/JPEG2000-embedded-sequence-delimiter.dcm': 'IMAGE_UNDECODABLE',
  'pydicom/MR_truncated.dcm': 'IMAGE_UNDECODABLE',
  'pydicom/SC_rgb_jpeg.dcm': 'IMAGE_UNDECODABLE',
  'pydicom/meta_missing_tsyntax.dcm': 'IMAGE_NO_PIXELS',
  'pydicom/nested_priv_SQ.dcm': 'IMAGE_NO_PIXELS',
  'wg04/MR1_JLSL': 'IMAGE_UNDECODABLE',
};

/** The same image in several transfer syntaxes, byte orders and planar configurations, all without loss. */
const SAME: readonly (readonly string[])[] = [
  [
    'pydicom/MR_small.dcm',
    'pydicom/MR_small_RLE.dcm',
    'pydicom/MR_small_bigendian.dcm',
    'pydicom/MR_small_implicit.dcm',
    'pydicom/MR_small_jp2klossless.dcm',
    'pydicom/MR_small_jpeg_ls_lossless.dcm',
  ],
  ['fo-dicom/D_CLUNIE_CT1_RLE_FRAGS.dcm', 'wg04/CT1_J2KR', 'wg04/CT1_JLSL', 'wg04/CT1_JPLL', 'wg04/CT1_RLE'],
  ['wg04/CT2_J2KR', 'wg04/CT2_JLSL', 'wg04/CT2_JPLL', 'wg04/CT2_RLE'],
  ['wg04/MR3_J2KR', 'wg04/MR3_JLSL', 'wg04/MR3_JPLL', 'wg04/MR3_RLE'],
  ['pydicom-data/JPEG-LL.dcm', 'wg04/NM1_J2KR', 'wg04/NM1_JLSL', 'wg04/NM1_RLE'],
  ['pydicom-data/JLSL_RGB_ILV0.dcm', 'pydicom-data/JLSL_RGB_ILV1.dcm', 'pydicom-data/JLSL_RGB_ILV2.dcm'],
  ['pydicom-data/OBXXXX1A_expb.dcm', 'pydicom-data/OBXXXX1A_rle.dcm', 'pydicom-data/OBXXXX1A_rle_2frame.dcm'],
  ['pydicom/examples_jpeg2k.dcm', 'wg04/US1_RLE'],
  ['dcm4che/US-RGB-8-esopecho', 'pydicom-data/color-pl.dcm', 'pydicom-data/color-px.dcm'],
  [
    'pydicom-data/SC_rgb.dcm',
    'pydicom/SC_rgb_gdcm_KY.dcm',
    'pydicom/SC_rgb_jpeg_gdcm.dcm',
    'pydicom/SC_rgb_rle_16bit.dcm',
    'pydicom/SC_rgb_rle_32bit_2frame.dcm',
    'pydicom-data/SC_rgb_expb_16bit_2frame.dcm',
    'pydicom-data/SC_rgb_gdcm2k_uncompressed.dcm',
  ],
  [
    'pydicom/SC_ybr_full_422_uncompressed.dcm',
    'pydicom-data/SC_ybr_full_uncompressed.dcm',
    'pydicom/SC_rgb_jpeg_dcmtk.dcm',
  ],
];

describe('real DICOM objects', { skip: missing('dicom', 'manifest.csv') }, () => {
  it('every one is shown, or has a coded problem', async () => {
    const rows = parseCsv(readFileSync(sharedData('dicom', 'manifest.csv'), 'utf8'));
    assert.ok(rows.length > 200);
    const outcomes: Record<string, string> = {};
    const shown = new Set<string>();
    for (const row of rows) {
      const { path = '', transfer_syntax = '' } = row;
      const outcome = await outcomeOf(path);
      assert.notEqual(outcome, 'INTERNAL', path);
      if (outcome === 'shown') shown.add(transfer_syntax);
      else if (row['has_pixel_data'] === '1') outcomes[path] = outcome;
    }
    assert.deepEqual(outcomes, PROBLEMS);
    assert.equal(shown.size, 13, 'every transfer syntax that has pixel data there');
  });

  for (const [first = '', ...others] of SAME)
    it(`${first} is the same in its other forms`, async () => {
      const expected = await digest(first);
      for (const other of others) assert.equal(await digest(other), expected, other);
    });
});

async function outcomeOf(path: string): Promise<string> {
  try {
    await digest(path);
    return 'shown';
  } catch (error) {
    return codeOf(error);
  }
}

/** Of the first frame as it is shown. */
async function digest(path: string): Promise<string> {
  for await (const { image } of decode(readFileSync(sharedData('dicom', path)))) {
    assert.equal(image.data.length, image.width * image.height * image.channels);
    return createHash('sha256').update(image.data).digest('hex');
  }
  throw new Error('no frame');
}
