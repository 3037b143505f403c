/**
 * Whether a word with a digit in it is one of those that radiology writes all day and that number no record: a size, a
 * level of the spine, a date, a year, an age, an isotope, a stage, an ICD-10 code. `word`: NFKC, in upper case.
 */
export function isPlainCode(word: string): boolean {
  return isPlainNumber(word) || PLAIN_CODES.some((code) => code.test(word));
}

/** Whether a word on its own is a unit, or joins two sizes: what stands before it is a quantity. */
export function isUnit(word: string): boolean {
  return UNIT_ALONE.test(word);
}

/** Whether a word names a system of codes: what stands behind it is a code of that system. */
export function isCodeSystem(word: string): boolean {
  return /^(?:CPT|HCPCS|ICD(?:-?(?:9|10|11)(?:-?CM)?)?|LOINC|SNOMED(?:-?CT)?|RADLEX|RID)$/.test(word);
}

const UNITS = [
  'MM[23]?|CM[23]?|M[23]?|KM|UM|NM|IN(?:CH(?:ES)?)?|FT',
  'ML|L|DL|UL|CC|MG|G|KG|MCG|UG|LBS?|UCI|MCI|MBQ|GBQ|BQ|HU|SUV|IU|U|MEQ|MMOL|MOL|PPM',
  'T|TESLA|HZ|KHZ|MHZ|KVP?|MAS?|KEV|MEV|C?GY|M?SV|MMHG|BPM|%|°|DEG(?:REES?)?|FR|GA|GAUGE',
  'MS|SEC(?:ONDS?)?|S|MIN(?:UTES?|S)?|H|HRS?|HOURS?|D|DAYS?|W|WKS?|WEEKS?|MO|MOS|MONTHS?|Y|YO|Y/O|YRS?|YEARS?',
  'F|FEMALE|MALE|ST|ND|RD|TH|V|X|SLICES?|TIMES',
].join('|');
const AMOUNT = '\\d{1,4}(?:[.,]\\d{1,3})?';
const UNIT_ALONE = new RegExp(`^(?:${UNITS}|BY|TO|×)$`);

/** Below this a whole number counts or measures something. */
const MAX_COUNT_DIGITS = 3;

function isPlainNumber(word: string): boolean {
  // No quantity begins with zeros; 0123 and 123 may be two examinations.
  if (/^\d+$/.test(word))
    return (word.length <= MAX_COUNT_DIGITS && !/^0\d\d/.test(word)) || /^(?:19|20)\d\d$/.test(word);
  return /^\d{1,2}-\d{1,2}$|^\d{1,3}\/\d{1,3}$/.test(word);
}

/** The radionuclides that nuclear medicine uses, with their mass numbers. */
const NUCLIDES = [
  'F-?18|C-?11|C-?14|N-?13|O-?15|P-?32|CR-?51|FE-?59|CO-?57|CO-?60|CU-?6[47]|GA-?6[78]|KR-?81M|RB-?82|SR-?8[29]|Y-?90',
  'ZR-?89|TC-?99M?|IN-?111|I-?12[345]|I-?131|XE-?127|XE-?133|SM-?153|TB-?161|HO-?166|LU-?177|RE-?18[68]|TL-?201|RA-?223',
  'AC-?225|AT-?211|PB-?212|BI-?213',
  '18-?F|11-?C|13-?N|15-?O|51-?CR|6[47]-?CU|6[78]-?GA|81M-?KR|82-?RB|89-?SR|90-?Y|89-?ZR|99M?-?TC|111-?IN|12[345]-?I',
  '131-?I|133-?XE|153-?SM|166-?HO|177-?LU|18[68]-?RE|201-?TL|223-?RA|225-?AC',
].join('|');

const LEVEL = '(?:C|T|TH|D|L|S|CO|R)';

const PLAIN_CODES: readonly RegExp[] = [
  // 12mm, 2.5x3.0cm, 10-15mm, 65yo, 3rd, 1.5T, 45F, 12.5, 120x80
  new RegExp(`^[<>≤≥~±]{0,2}${AMOUNT}(?:[-/X×*]${AMOUNT}){0,3}-?(?:${UNITS})(?:-OLDS?)?$`),
  new RegExp(`^[<>≤≥~±]{0,2}${AMOUNT}(?:[X×*]${AMOUNT}){1,3}$`),
  /^[<>≤≥~±]{0,2}\d{1,4}[.,]\d{1,3}$/,
  /^\d{1,3}(?:[,'’]\d{3})+(?:\.\d+)?$/,
  // 128-slice, 5-vessel
  /^\d{1,3}-[A-Z]{4,}(?:-[A-Z]+)?$/,
  // years, dates, times
  /^(?:19|20)\d\d['’]?S$/,
  /^(?:19|20)\d\d[-/](?:(?:19|20)\d\d|\d\d)$/,
  /^(?:19|20)\d\d([-/.])(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12]\d|3[01])(?:T[\d:.]{2,12}Z?)?$/,
  /^(?:0?[1-9]|[12]\d|3[01])([-/.])(?:0?[1-9]|[12]\d|3[01])\1(?:(?:19|20)?\d\d)$/,
  /^\d{1,2}:\d\d(?::\d\d)?(?:AM|PM)?$/,
  // L4, T12, C5-C6, L5/S1, TH11-12
  new RegExp(`^${LEVEL}\\d{1,2}(?:[-/]${LEVEL}?\\d{1,2}){0,4}$`),
  // S72.001A, J93.0
  /^[A-Z]\d[\dAB]\.[\dA-Z]{1,4}$/,
  // 18F-FDG, Tc-99m, 68Ga-PSMA-11
  new RegExp(`^(?:${NUCLIDES})(?:-[A-Z][A-Z0-9]*(?:-[A-Z0-9]{1,8}){0,2})?$`),
  // pT2aN1M0; G2P1001
  /^[CPYRA]{0,2}T(?:[0-4X]|IS)[A-D]?(?:N[0-3X][A-C]?)?(?:M[01X][A-C]?)?$/,
  /^G\d{1,2}P\d{1,4}(?:A\d)?$/,
  // names that hold several digits
  /^(?:COVID-?(?:20)?19|(?:2019-)?NCOV(?:-?2019)?|CA-?125|CA-?15-3|CA-?19-9|CA-?72-4|S-?100B?|CD-?\d{1,3}|PSMA-?\d{3,4})$/,
];
