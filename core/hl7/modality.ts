/**
 * The DICOM modality (PS3.3 C.7.3.1.1.1) that OBR-24 means, '' for what is none: the field holds codes of HL7 table
 * 0074, DICOM modalities and departments of the house alike.
 */
export function modalityOf(diagnosticServiceSection: string): string {
  const code = diagnosticServiceSection.trim().toUpperCase();
  if (MODALITIES.has(code)) return code;
  return FROM_TABLE_0074.get(code) ?? '';
}

const MODALITIES = new Set([
  ...[
    'CR',
    'CT',
    'DX',
    'ES',
    'IO',
    'IVUS',
    'MG',
    'MR',
    'NM',
    'OCT',
    'OP',
    'OT',
    'PT',
    'PX',
    'RF',
    'RG',
    'SC',
  ],
  ...['SM', 'US', 'XA', 'XC'],
]);

const FROM_TABLE_0074: ReadonlyMap<string, string> = new Map([
  ['MRI', 'MR'],
  ['NMR', 'MR'],
  ['NMS', 'NM'],
  ['RUS', 'US'],
  ['OUS', 'US'],
  ['VUS', 'US'],
  ['PET', 'PT'],
  ['RX', 'DX'],
  ['XRC', 'XA'],
]);
