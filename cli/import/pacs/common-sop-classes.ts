/** The Storage SOP Classes (PS3.4 B.5) that most archives hold, for a PACS that does not say which it has. */
export const COMMON_SOP_CLASSES: readonly string[] = [
  '1', // Computed Radiography
  '1.1', // Digital X-Ray, for presentation
  '1.1.1',
  '1.2', // Digital Mammography
  '1.2.1',
  '1.3', // Digital Intra-Oral X-Ray
  '1.3.1',
  '2', // CT
  '2.1',
  '2.2',
  '3.1', // Ultrasound Multi-frame
  '4', // MR
  '4.1',
  '4.2',
  '4.3',
  '4.4',
  '6.1', // Ultrasound
  '6.2',
  '7', // Secondary Capture
  '7.1',
  '7.2',
  '7.3',
  '7.4',
  '11.1', // Presentation States
  '11.2',
  '11.3',
  '11.4',
  '12.1', // X-Ray Angiographic
  '12.1.1',
  '12.2',
  '12.2.1',
  '13.1.1',
  '13.1.2',
  '13.1.3', // Breast Tomosynthesis
  '20', // Nuclear Medicine
  '30',
  '66.4', // Segmentation
  '77.1.1',
  '77.1.4',
  '88.11', // Structured Reports
  '88.22',
  '88.33',
  '88.50',
  '88.59', // Key Object Selection
  '88.65',
  '88.67',
  '104.1', // Encapsulated PDF
  '128', // PET
  '130',
  '481.1', // Radiotherapy
  '481.2',
  '481.3',
  '481.5',
].map((end) => `1.2.840.10008.5.1.4.1.1.${end}`);
