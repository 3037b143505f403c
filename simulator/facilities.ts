import type { ReportLayout } from './text/layout.ts';

/** One invented hospital: how its information system writes HL7 and its devices write DICOM. */
export interface Facility {
  /** MSH-4 */
  code: string;
  /** first character of its accession numbers */
  letter: string;
  /** (0008,0080) */
  institution: string;
  /** MSH-3 */
  application: string;
  /** CX-4 of its medical record numbers */
  assigningAuthority: string;
  /** calling AE title of its archive */
  aeTitle: string;
  hl7Version: string;
  /** MSH-18, table 0211; '' says nothing, and then the text is ASCII */
  characterSet: '' | '8859/1' | 'UNICODE UTF-8';
  /** (0008,0005) */
  specificCharacterSet: 'ISO_IR 100' | 'ISO_IR 192';
  /** time zone written behind every time stamp */
  zone: '' | '+0000';
  /** OBR-18 and OBR-3 both hold the accession number, or OBR-18 does beside a filler number of its own, or OBR-3 alone */
  accessionIn: 'BOTH' | 'OBR-18' | 'OBR-3';
  /** whether a ZDS segment names the study (IHE RAD TF-2 4.4) */
  namesStudy: boolean;
  layouts: readonly ReportLayout[];
  manufacturer: string;
  photometric: 'MONOCHROME1' | 'MONOCHROME2';
  /** share of its cases among all */
  weight: number;
}

export const FACILITIES: readonly Facility[] = [
  {
    code: 'NORTHGATE',
    letter: 'N',
    institution: 'Northgate Simulated Hospital',
    application: 'SIMRIS',
    assigningAuthority: 'NORTHGATE',
    aeTitle: 'NORTHGATE_SIM',
    hl7Version: '2.5.1',
    characterSet: 'UNICODE UTF-8',
    specificCharacterSet: 'ISO_IR 192',
    zone: '+0000',
    accessionIn: 'OBR-18',
    namesStudy: true,
    layouts: ['SECTIONS', 'BREAKS'],
    manufacturer: 'Phantom Imaging',
    photometric: 'MONOCHROME2',
    weight: 5,
  },
  {
    code: 'HARBOUR',
    letter: 'H',
    institution: 'Harbour Simulated Clinic',
    application: 'RADSIM',
    assigningAuthority: 'HARBOUR',
    aeTitle: 'HARBOUR_SIM',
    hl7Version: '2.3.1',
    characterSet: '8859/1',
    specificCharacterSet: 'ISO_IR 100',
    zone: '',
    accessionIn: 'BOTH',
    namesStudy: false,
    layouts: ['LINES', 'TILDES'],
    manufacturer: 'Phantom Imaging',
    photometric: 'MONOCHROME2',
    weight: 3,
  },
  {
    code: 'LAKESIDE',
    letter: 'L',
    institution: 'Lakeside Simulated Radiology',
    application: 'DICTATE',
    assigningAuthority: 'LAKESIDE',
    aeTitle: 'LAKESIDE_SIM',
    hl7Version: '2.4',
    characterSet: '',
    specificCharacterSet: 'ISO_IR 100',
    zone: '',
    accessionIn: 'OBR-3',
    namesStudy: false,
    layouts: ['TILDES', 'LINES', 'BREAKS'],
    manufacturer: 'Example Radiography',
    photometric: 'MONOCHROME1',
    weight: 2,
  },
];
