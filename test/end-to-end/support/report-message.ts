/** A report of an invented patient as its RIS sends it; sent again with another control id it is a new version. */
export function reportMessage({
  accession,
  control,
  status = 'F',
  minute = 0,
  text,
}: {
  accession: string;
  control: string;
  /** OBR-25 */
  status?: 'P' | 'F' | 'C' | 'X';
  /** of MSH-7 and OBR-22: later versions have later times */
  minute?: number;
  text: readonly string[];
}): Buffer {
  const time = `202601021155${String(minute).padStart(2, '0')}`;
  const segments = [
    `MSH|^~\\&|RIS|E2E|INTERLEAVE|E2E|${time}||ORU^R01^ORU_R01|${control}|P|2.5.1`,
    `PID|1||${accession}-P^^^E2E^MR||Testfall^${accession}||19600101|F`,
    `OBR|1|P-${accession}|${accession}|XRCHEST^CHEST AP^L||20260102110000|||||||||||||||${time}||DX|${status}`,
    ...text.map((line, place) => `OBX|${place + 1}|TX|XRCHEST^CHEST AP^L||${line}||||||${status}`),
  ];
  return Buffer.from(segments.join('\r'));
}
