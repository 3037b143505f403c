import type { SimulatedConcept } from './finding-catalogue.ts';

/** Why a patient comes and what such patients tend to have: keeps indication, findings and picture coherent. */
export interface Scenario {
  name: string;
  weight: number;
  /** INDICATION; words of findings that stand here are no findings */
  indications: readonly string[];
  /** concept and the probability that the patient has it */
  findings: readonly (readonly [SimulatedConcept, number])[];
}

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'normal',
    weight: 30,
    indications: [
      'Preoperative evaluation.',
      'Chest pain | palpitations.',
      'Positive tuberculin skin test.',
      'Cough ~3 weeks. Rule out pneumonia.',
      'Shortness of breath & chest tightness.',
      'Employment physical.',
    ],
    findings: [
      ['granuloma', 0.08],
      ['scoliosis', 0.06],
      ['tortuous-aorta', 0.06],
    ],
  },
  {
    name: 'infection',
    weight: 18,
    indications: [
      'Fever and productive cough. Evaluate for pneumonia.',
      'Cough & fever ~5 days.',
      'Leukocytosis; question infiltrate.',
    ],
    findings: [
      ['pneumonia', 0.4],
      ['consolidation', 0.4],
      ['opacity', 0.3],
      ['infiltration', 0.2],
      ['effusion', 0.3],
    ],
  },
  {
    name: 'heart failure',
    weight: 14,
    indications: [
      'Dyspnea and leg swelling. History of heart failure.',
      'Shortness of breath, orthopnea.',
      'Follow-up of volume overload.',
    ],
    findings: [
      ['cardiomegaly', 0.8],
      ['edema', 0.65],
      ['effusion', 0.6],
      ['atelectasis', 0.25],
      ['support-device', 0.35],
      ['tortuous-aorta', 0.15],
    ],
  },
  {
    name: 'air leak',
    weight: 9,
    indications: [
      'Sudden chest pain. Evaluate for pneumothorax.',
      'Fall from standing height, rib pain.',
      'Status post biopsy; exclude pneumothorax.',
    ],
    findings: [
      ['pneumothorax', 0.75],
      ['fracture', 0.4],
      ['effusion', 0.2],
      ['atelectasis', 0.25],
    ],
  },
  {
    name: 'tumour',
    weight: 9,
    indications: ['Weight loss & smoking history.', 'Hemoptysis.', 'Staging of a known malignancy.'],
    findings: [
      ['mass', 0.55],
      ['nodule', 0.5],
      ['effusion', 0.3],
      ['pleural-thickening', 0.2],
      ['elevated-diaphragm', 0.15],
    ],
  },
  {
    name: 'chronic lung disease',
    weight: 10,
    indications: ['Chronic obstructive airway disease, worsening dyspnea.', 'Dyspnea on exertion ~6 months.'],
    findings: [
      ['emphysema', 0.55],
      ['fibrosis', 0.4],
      ['pleural-thickening', 0.3],
      ['nodule', 0.15],
      ['granuloma', 0.15],
    ],
  },
  {
    name: 'intensive care',
    weight: 10,
    indications: ['Line placement.', 'Intubated; daily examination.', 'Hypoxia after surgery.'],
    findings: [
      ['support-device', 0.95],
      ['atelectasis', 0.5],
      ['effusion', 0.4],
      ['opacity', 0.3],
      ['edema', 0.25],
      ['pneumothorax', 0.12],
      ['elevated-diaphragm', 0.1],
    ],
  },
  {
    name: 'abdominal complaint',
    weight: 5,
    indications: ['Epigastric pain | reflux.', 'Abdominal pain and dysphagia.'],
    findings: [
      ['hernia', 0.7],
      ['atelectasis', 0.3],
      ['scoliosis', 0.15],
    ],
  },
];
