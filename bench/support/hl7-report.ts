const LINES = [
  'The heart is normal in size. The mediastinal contour is unremarkable.',
  'There is no focal consolidation, pleural effusion or pneumothorax.',
  'A calcified granuloma of the right upper lobe is unchanged from the prior study.',
  'Degenerative change of the thoracic spine without compression deformity.',
  'The visible upper abdomen shows no free air beneath the diaphragm.',
];

/** An ORU^R01 of an invented patient, about 3 KB in 30 OBX, with a control id and an accession number of its own. */
export function hl7Report(run: string, number: number): Buffer {
  const id = `${run}${number.toString(36).toUpperCase().padStart(7, '0')}`;
  const time = '20260301101500';
  const segments = [
    `MSH|^~\\&|RIS|BENCH|INTERLEAVE|INTERLEAVE|${time}||ORU^R01^ORU_R01|${id}|P|2.5.1|||||||UNICODE UTF-8`,
    'PID|1||P100^^^BENCH^MR||Vogel^Anna||19700102|F',
    `OBR|1|${id}|${id}F|36643-5^Chest X-ray 2 views^LN|||${time}|||||||||||A${id}||||${time}||CR|F`,
  ];
  for (let line = 0; line < 30; line++) {
    const section = line < 25 ? '18782-3^FINDINGS^LN' : '19005-8^IMPRESSION^LN';
    segments.push(`OBX|${line + 1}|TX|${section}||${LINES[line % LINES.length]}||||||F`);
  }
  return Buffer.from(`${segments.join('\r')}\r`);
}
