import { compactDate, compactTime } from '../clock.ts';
import type { Order } from '../orders.ts';
import { type DataElement, text } from './data-set-writer.ts';

/**
 * What every object of a study says alike: the Patient (PS3.3 C.7.1.1), General Study (C.7.2.1), Patient Study (C.7.2.2)
 * and General Equipment (C.7.5.1) modules and the SOP Common module (C.12.1).
 */
export function studyModules(
  order: Order,
  studyInstanceUid: string,
  object: { sopClassUid: string; sopInstanceUid: string; modality: string; at: number },
): DataElement[] {
  const { facility, patient, procedure } = order;
  return [
    text(0x00080005, 'CS', facility.specificCharacterSet),
    text(0x00080016, 'UI', object.sopClassUid),
    text(0x00080018, 'UI', object.sopInstanceUid),
    text(0x00080020, 'DA', compactDate(order.observedAt)),
    text(0x00080023, 'DA', compactDate(object.at)),
    text(0x00080030, 'TM', compactTime(order.observedAt)),
    text(0x00080033, 'TM', compactTime(object.at)),
    text(0x00080050, 'SH', order.accession),
    text(0x00080060, 'CS', object.modality),
    text(0x00080070, 'LO', facility.manufacturer),
    text(0x00080080, 'LO', facility.institution),
    text(0x00080090, 'PN', `${order.referrer.familyName}^${order.referrer.givenName}`),
    text(0x00080201, 'SH', '+0000'),
    text(0x00081030, 'LO', procedure.text),
    text(0x00081090, 'LO', 'Phantom'),
    text(0x00100010, 'PN', `${patient.familyName}^${patient.givenName}`),
    text(0x00100020, 'LO', patient.identifier),
    text(0x00100021, 'LO', patient.issuer),
    text(0x00100030, 'DA', patient.birthDate),
    text(0x00100040, 'CS', patient.sex),
    text(0x00101010, 'AS', `${String(patient.age).padStart(3, '0')}Y`),
    text(0x0020000d, 'UI', studyInstanceUid),
    text(0x00200010, 'SH', String(order.caseNumber)),
  ];
}
