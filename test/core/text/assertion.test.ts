import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readReport } from '../../../core/text/reading.ts';

/**
 * Sentences of our own, each with what a radiologist means by it: `+` present, `-` absent, `?` uncertain, `h` a matter of
 * the past, `f` of the family. Several mentions of a concept are written in order.
 */
const SENTENCES: readonly (readonly [string, string])[] = [
  // plain
  ['There is a small left pneumothorax.', 'pneumothorax+'],
  ['No pneumothorax.', 'pneumothorax-'],
  ['no PNEUMOTHORAX', 'pneumothorax-'],
  ['Possible pneumonia.', 'pneumonia?'],
  ['No\u202fpleural\u2009effusion.', 'effusion-'],
  // lists
  ['No effusion, consolidation or pneumothorax.', 'effusion- consolidation- pneumothorax-'],
  [
    'There is no focal consolidation, pleural effusion, or pneumothorax.',
    'consolidation- effusion- pneumothorax-',
  ],
  ['No pleural or pericardial effusion.', 'effusion- pericardial-effusion-'],
  ['Clear of consolidation, effusion and edema.', 'consolidation- effusion- edema-'],
  ['Negative for fracture or pneumothorax.', 'fracture- pneumothorax-'],
  ['Neither effusion nor pneumothorax is seen.', 'effusion- pneumothorax-'],
  ['Atelectasis, a small effusion and cardiomegaly.', 'atelectasis+ effusion+ cardiomegaly+'],
  // where the reach of a denial ends
  ['No pneumothorax; small effusion.', 'pneumothorax- effusion+'],
  ['No pneumothorax but a small effusion.', 'pneumothorax- effusion+'],
  ['No pneumothorax, however there is an effusion.', 'pneumothorax- effusion+'],
  ['No acute finding except for atelectasis.', 'no-acute-abnormality? atelectasis+'],
  ['No effusion other than a trace on the left; no pneumothorax.', 'effusion- pneumothorax-'],
  ['Although no pneumothorax is seen, a nodule is present.', 'pneumothorax- nodule+'],
  ['No pneumothorax, small left effusion.', 'pneumothorax- effusion+'],
  ['No pneumothorax is seen, and the effusion has increased.', 'pneumothorax- effusion+'],
  ['Cardiomegaly without edema.', 'cardiomegaly+ edema-'],
  ['Large effusion, no pneumothorax.', 'effusion+ pneumothorax-'],
  ['No effusion. Pneumothorax on the right.', 'effusion- pneumothorax+'],
  // backwards
  ['Pneumothorax is not seen.', 'pneumothorax-'],
  ['Effusion and pneumothorax are absent.', 'effusion- pneumothorax-'],
  ['Pneumonia has been ruled out.', 'pneumonia-'],
  ['The pneumothorax has completely resolved.', 'pneumothorax-'],
  ['The previously seen nodule is no longer visualized.', 'nodule-'],
  ['The previously seen right pneumothorax has resolved.', 'pneumothorax-'],
  ['Interval resolution of the effusion.', 'effusion-'],
  ['Pneumothorax: None.', 'pneumothorax-'],
  ['Effusions: no. Cardiomegaly: mild.', 'effusion- cardiomegaly+'],
  ['Pleural effusion - none.', 'effusion-'],
  ['Lungs: No consolidation.', 'consolidation-'],
  ['A fracture is unlikely.', 'fracture-'],
  // what looks like a denial and is none
  ['No change in the left effusion.', 'effusion+'],
  ['No significant interval change in the nodule.', 'nodule+'],
  ['Effusion, not significantly changed.', 'effusion+'],
  ['Gram negative pneumonia.', 'pneumonia+'],
  ['There is no doubt of a pneumothorax.', 'pneumothorax+'],
  ['A nodule not previously seen.', 'nodule+'],
  ['Previously seen pneumothorax persists.', 'pneumothorax+'],
  ['The previously described nodule is unchanged.', 'nodule+'],
  // what is left of a finding is a finding
  ['Nearly resolved left pneumothorax.', 'pneumothorax+'],
  ['The effusion has almost completely resolved.', 'effusion+'],
  ['Near complete resolution of the effusion.', 'effusion+'],
  ['Complete resolution of the effusion.', 'effusion-'],
  ['Partial clearing of the edema.', 'edema+'],
  // doubt
  ['Pneumonia cannot be excluded.', 'pneumonia?'],
  ['Cannot exclude a small effusion.', 'effusion?'],
  ['Early pneumonia is not ruled out.', 'pneumonia?'],
  ['Opacity which may represent pneumonia.', 'opacity+ pneumonia?'],
  ['Opacity concerning for consolidation.', 'opacity+ consolidation?'],
  ['Atelectasis versus pneumonia.', 'atelectasis+ pneumonia?'],
  ['Questionable nodule in the right apex.', 'nodule?'],
  ['The heart is possibly enlarged.', 'cardiomegaly?'],
  ['Nodular density at the left base.', 'opacity+ nodule?'],
  ['No nodular density.', 'opacity- nodule-'],
  ['Findings suggest edema.', 'edema?'],
  ['Findings most suggestive of edema.', 'edema+'],
  ['Consistent with pneumonia.', 'pneumonia+'],
  // doubt denied
  ['No suspicion of pneumonia.', 'pneumonia-'],
  ['No opacity to suggest pneumonia.', 'opacity- pneumonia-'],
  ['No evidence of pneumonia.', 'pneumonia-'],
  ['Possible effusion has resolved.', 'effusion-'],
  // an answer behind its question
  ['Evaluate for pneumothorax after line placement: none seen.', 'pneumothorax-'],
  ['Question of effusion: no.', 'effusion-'],
  ['Possible fracture: negative.', 'fracture-'],
  ['Early emphysema, perhaps.', 'emphysema?'],
  ['Pneumonia - possibly.', 'pneumonia?'],
  // what could be missed
  ['A small mass in the liver could be missed.', 'liver-lesion?'],
  ['Subtle fractures may be overlooked.', 'fracture?'],
  ['An underlying mass may be obscured by the effusion.', 'mass? effusion+'],
  // what comes with the end of something else
  ['Interval resolution of the right effusion with persistent atelectasis.', 'effusion- atelectasis+'],
  ['Resolution of the pneumothorax and residual effusion.', 'pneumothorax- effusion+'],
  ['This may be consistent with persistent edema.', 'edema?'],
  ['No acute or persistent pneumothorax.', 'pneumothorax-'],
  // a doubt is about the last of what has no "and" or "or"
  ['Hazy basilar opacity, pneumonia not excluded.', 'opacity+ pneumonia?'],
  ['Cardiomegaly, mild edema suspected.', 'cardiomegaly+ edema?'],
  ['Atelectasis, scarring, or pneumonia possible.', 'atelectasis? scarring? pneumonia?'],
  ['Nodule, right upper lobe, suspected.', 'nodule?'],
  // neither confirmed nor excluded
  ['Absence of effusion cannot be confirmed.', 'effusion?'],
  ['No definite effusion can be excluded.', 'effusion?'],
  ['Pneumonia cannot be confirmed.', 'pneumonia?'],
  ['Pneumonia can be excluded.', 'pneumonia-'],
  // one rather than the other
  ['Pneumonia is favored over edema.', 'pneumonia? edema?'],
  ['Atelectasis is more likely than pneumonia.', 'atelectasis? pneumonia?'],
  // when and whose
  ['History of pneumonia.', 'pneumonia+h'],
  ['Status post pneumothorax.', 'pneumothorax+h'],
  ['Pneumonia in 1998.', 'pneumonia+h'],
  ['Rib fracture three years ago.', 'fracture+h rib-fracture+h'],
  // not past for certain: "three years ago, now displaced"
  ['Rib fracture three years ago, now cough.', 'fracture+ rib-fracture+'],
  ['Lung mass resected in 2010.', 'mass+h'],
  ['The nodule seen in 2012 is unchanged.', 'nodule+'],
  ['The effusion seen two weeks ago has resolved.', 'effusion-'],
  ['Nodule, stable since 2012.', 'nodule+'],
  ['Compared to the prior study, the effusion has increased.', 'effusion+'],
  ['No effusion on the prior radiograph; now a large effusion.', 'effusion- effusion+'],
  ['Family history of emphysema.', 'emphysema+f'],
  ['Her mother had a lung mass.', 'mass+f'],
  // normality
  ['Heart size is normal.', 'heart-normal+ cardiomegaly-'],
  ['The heart is not enlarged.', 'heart-normal+ cardiomegaly-'],
  ['The lungs are clear without effusion.', 'lungs-clear+ consolidation- opacity- effusion-'],
  ['No acute cardiopulmonary disease.', 'no-acute-abnormality+'],
  // what looks like a finding and is none
  ['No mass effect.', 'mass-effect-'],
  ['Cystic fibrosis.', ''],
  ['Mild pedal edema.', ''],
  // redactions and hyphens
  ['No XXXX pleural effusion.', 'effusion-'],
  ['Small pleural XXXX effusion.', 'effusion+'],
  ['Air-space disease in the lower lobe.', 'opacity+'],
  // versus: a differential, of which no side is asserted; what was seen (not what it means) is, where it comes first
  [
    'Bones: sclerotic lesion in T9, indeterminate, metastasis versus bone island.',
    'lytic-lesion+ metastasis? lytic-lesion?',
  ],
  ['Pneumonia vs. atelectasis.', 'pneumonia? atelectasis?'],
  ['Bibasilar infiltrates versus atelectasis.', 'infiltration+ atelectasis?'],
  ['Opacity representing atelectasis versus scarring.', 'opacity+ atelectasis+ scarring?'],
  ['Small effusion and edema versus pneumonia.', 'effusion+ edema? pneumonia?'],
  ['No pneumonia versus atelectasis.', 'pneumonia- atelectasis?'],
  ['Atelectasis versus infection is considered.', 'atelectasis?'],
  // a mistake of another report is no result
  [
    'The previous report stated right pleural effusion in error. The effusion is on the left.',
    'effusion+h effusion+',
  ],
  ['Previous report described a pneumothorax in error.', 'pneumothorax+h'],
  ['Prior report incorrectly stated a left pneumothorax.', 'pneumothorax+h'],
  ['A right effusion was erroneously reported.', 'effusion+h'],
  ['Previous report erroneously described pneumonia; there is atelectasis.', 'pneumonia+h atelectasis+'],
  // a tube in the wrong place and what was missed before are results
  [
    'Endotracheal tube incorrectly positioned in the right main bronchus.',
    'support-device+ endotracheal-tube+',
  ],
  [
    'NG tube was mistakenly placed in the airway causing pneumothorax.',
    'support-device+ enteric-tube+ pneumothorax+',
  ],
  ['The right upper lobe mass was mistakenly overlooked on the prior study.', 'mass+'],
  ['Right pneumothorax, overlooked by mistake on the last film, has enlarged.', 'pneumothorax+'],
  ['Pneumothorax, incorrectly described as bulla on the prior.', 'pneumothorax+ cyst+'],
  ['Erroneously read as normal: pneumothorax on the left.', 'pneumothorax+'],
  ['The prior report missed a pneumothorax in error.', 'pneumothorax+'],
  ['Pneumothorax was reported in error.', 'pneumothorax+h'],
  // a date makes nothing past where the sentence goes on about now
  ['Nodule biopsied in 2019 is now larger.', 'nodule+'],
  ['Nodule in 2019 measured 4 mm, now 9 mm.', 'nodule+'],
  ['Mass treated in 2019 has recurred.', 'mass+'],
  ['Nodule, resected in 2019, has recurred.', 'nodule+'],
  ['Fracture in 2023, still not united.', 'fracture+'],
  ['Nodule larger than in 2019.', 'nodule+'],
  ['Larger mass than in 2019.', 'mass+'],
  ['Larger mass than two weeks ago.', 'mass+'],
  ['Enlarging nodule, biopsied in 2019.', 'nodule+'],
  ['Nodule resected in 2019.', 'nodule+h'],
  // a denial of something else
  ['Pneumothorax is not suspected clinically but is seen on the left.', 'pneumothorax?'],
  ['Pneumothorax is not suspected on the right but is present on the left.', 'pneumothorax?'],
  ['Pneumothorax is not felt to be likely to require drainage.', 'pneumothorax+'],
  ['Hemorrhage is not considered likely to be acute.', 'hemorrhage+'],
  ['Pneumonia is not considered likely.', 'pneumonia-'],
  ['The pneumothorax is unlikely to resolve without a drain.', 'pneumothorax+'],
  ['It is unlikely that the pneumothorax has resolved.', 'pneumothorax+'],
  ['Right apical nodule, highly unlikely to be benign.', 'nodule+'],
  ['Subdural hematoma is felt to be unlikely to need surgery.', 'subdural-hematoma+'],
  ['Opacity unlikely to represent pneumonia.', 'opacity+ pneumonia-'],
  ['Findings are more likely than not pneumonia.', 'pneumonia?'],
  ['Persistent pneumothorax, resolved effusion.', 'pneumothorax+ effusion-'],
  ['No effusion, residual pneumothorax.', 'effusion- pneumothorax+'],
  // unlikely, however it is said
  ['Metastasis is considered unlikely.', 'metastasis-'],
  ['Pneumonia is felt to be unlikely.', 'pneumonia-'],
  ['Pneumonia is thought very unlikely.', 'pneumonia-'],
  ['Pneumonia is not suspected.', 'pneumonia-'],
  ['Pneumonia is considered less likely.', 'pneumonia?'],
  ['Pneumonia is considered.', 'pneumonia?'],
  ['It is unlikely that there is a fracture.', 'fracture-'],
  ['It is possible that there is a fracture.', 'fracture?'],
  // nothing acute is not normal, and an exception leaves a normality open
  ['No acute intracranial abnormality. Chronic lacunar infarct.', 'no-acute-brain-abnormality+ infarct+'],
  ['Normal chest radiograph.', 'normal-study+'],
  ['Normal chest radiograph other than cardiomegaly.', 'normal-study? cardiomegaly+'],
  [
    'No acute abnormality except for a fracture of the right seventh rib.',
    'no-acute-abnormality? fracture+ rib-fracture+',
  ],
  ['Lungs are clear apart from minimal linear atelectasis.', 'lungs-clear? atelectasis+'],
  [
    'Heart size is normal and lungs are clear with the exception of a granuloma.',
    'heart-normal+ cardiomegaly- lungs-clear? granuloma+',
  ],
  // volume loss of the brain, of surgery and of the lung
  ['Prominent ventricles compatible with age-related volume loss.', 'brain-atrophy+'],
  ['Age-related volume loss of the brain.', 'brain-atrophy+'],
  ['Expected postoperative volume loss on the right.', ''],
  ['Right upper lobe volume loss.', 'atelectasis?'],
  // metastases of an organ are metastases
  ['Liver metastases are seen in segments 5 and 8.', 'metastasis+ liver-lesion+'],
  ['No hepatic metastases.', 'metastasis- liver-lesion-'],
  ['Bone metastasis in L3.', 'metastasis+ lytic-lesion+'],
  // said in other words
  ['4 mm nonobstructing stone in the lower pole of the left kidney.', 'kidney-stone+'],
  ['Obstructing stone in the common bile duct.', ''],
  ['Horizontal tear of the posterior horn of the medial meniscus.', 'meniscal-tear+'],
  ['Lateral meniscus: no tear.', 'meniscus-normal+ meniscal-tear-'],
  ['Left costophrenic angle is blunted.', 'effusion?'],
  ['Pulmonary vasculature is not congested.', 'vessels-normal+ vascular-congestion-'],
  ['Pulmonary vasculature is congested.', 'vascular-congestion+'],
  ['No mass effect or midline shift.', 'mass-effect- midline-shift-'],
  ['RT BASE ATX', 'atelectasis+'],
  ['Superimposed infection cannot be entirely excluded.', 'pneumonia?'],
  ['Heart size is at the upper limit of normal.', 'cardiomegaly?'],
  ['Left hemithorax is opacified.', 'opacity+'],
  ['Tear of the supraspinatus tendon.', 'tendon-tear+'],
  // a doubt or denial of something else about a finding that is there
  ['The mass cannot be assessed for enhancement.', 'mass+'],
  ['The effusion cannot be evaluated for loculation.', 'effusion+'],
  ['Pulmonary embolism cannot be assessed.', 'pulmonary-embolism?'],
  ['Size of the pneumothorax cannot be assessed.', 'pneumothorax+'],
  ['The cause of the effusion is not identified.', 'effusion+'],
  ['No source of the hemorrhage is seen.', 'hemorrhage+'],
  ['No calcification within the nodule.', 'calcification- nodule+'],
  ['No enhancement of the mass.', 'mass+'],
  ['Absence of growth of the nodule over two years.', 'nodule+'],
  ['No enlargement of the nodule.', 'nodule+'],
  ['No recurrence of the pneumothorax.', 'pneumothorax-'],
  ['No fracture in the spine or pneumothorax.', 'fracture- pneumothorax-'],
  ['Evaluation of the mass is limited.', 'mass+'],
  ['Evaluation of the lung bases is limited by a large effusion.', 'effusion+'],
  ['Unable to assess the mass for calcification.', 'mass+ calcification?'],
  ['CT to evaluate the chest for pneumonia.', 'pneumonia?'],
  ['Correlate clinically for infection or pneumonia.', 'pneumonia?'],
  ['The nodule is not well seen.', 'nodule?'],
  ['Consider CT of the nodule.', 'nodule+'],
  // likely what? behind the finding at the end of a statement, otherwise what follows
  ['Pneumonia is likely.', 'pneumonia?'],
  ['Pneumonia is suspected in the right lower lobe.', 'pneumonia?'],
  ['Possible, but not certain, pneumonia.', 'pneumonia?'],
  ['The nodule is likely a granuloma.', 'nodule+ granuloma?'],
  ['The opacities are likely related to atelectasis.', 'opacity+ atelectasis?'],
  ['The fracture is likely old.', 'fracture+'],
  ['Small pneumothorax is likely unchanged.', 'pneumothorax+'],
  ['Cirrhosis with possible abscess.', 'cirrhosis+ abscess?'],
  // excluded by whom
  ['No pneumothorax, ruled out by CT.', 'pneumothorax-'],
  ['No pulmonary embolism, as excluded by CT angiography.', 'pulmonary-embolism-'],
  ['Nothing to suggest pneumonia.', 'pneumonia-'],
  // tubes that came out and went in
  ['Interval extubation.', 'extubation+ endotracheal-tube-'],
  ['The patient is now extubated.', 'extubation+ endotracheal-tube-'],
  ['Status post extubation.', 'extubation+ endotracheal-tube-'],
  ['The patient has been intubated.', 'support-device+ endotracheal-tube+'],
  ['Right chest tube removed.', 'support-device- chest-tube-'],
  ['No pneumothorax after chest tube removal.', 'pneumothorax- support-device- chest-tube-'],
  ['ET tube has been taken out.', 'support-device- endotracheal-tube-'],
  ['The PICC has been pulled back by 3 cm.', 'support-device+ central-line+'],
  ['The tip of the NG tube is not seen.', 'support-device+ enteric-tube+'],
  ['NG tube courses below the diaphragm, tip not visualized.', 'support-device+ enteric-tube+'],
  // a colon is as good as a verb
  ['Lung bases: Clear.', 'lungs-clear+ consolidation- opacity-'],
  ['The visualized lung bases are clear.', 'lungs-clear+ consolidation- opacity-'],
  ['Lungs and pleura: Clear.', 'lungs-clear+ consolidation- opacity-'],
  ['Lung bases: Small effusion.', 'effusion+'],
  ['Heart: Normal in size.', 'heart-normal+ cardiomegaly-'],
  ['Heart: Mildly enlarged.', 'cardiomegaly+'],
  ['Liver: Normal.', 'liver-normal+ hepatomegaly- liver-lesion-'],
  ['Aorta: Tortuous.', 'tortuous-aorta+'],
  ['Gallbladder: Stones.', 'gallstones+'],
  // what is left of the past is seen now
  ['There is evidence of prior granulomatous disease.', 'granuloma+'],
  ['Prior rib fracture.', 'fracture+ rib-fracture+'],
  ['Prior infarct in the left occipital lobe.', 'infarct+'],
  ['History of prior fracture.', 'fracture+h'],
  ['Previous pneumothorax.', 'pneumothorax+h'],
  // normality in other words
  ['The lung volumes are normal.', ''],
  ['Lungs appear to be clear.', 'lungs-clear+ consolidation- opacity-'],
  ['The cardiomediastinal silhouette is not enlarged.', 'heart-normal+ cardiomegaly-'],
  ['No acute radiographic cardiopulmonary process.', 'no-acute-abnormality+'],
  ['No acute or active cardiac, pulmonary or pleural disease.', 'no-acute-abnormality+'],
  ['Negative for acute cardiopulmonary abnormality.', 'no-acute-abnormality+'],
  ['Visualized osseous structures are without acute abnormality.', 'no-acute-bone-abnormality+'],
  ['The skeletal structures and soft tissues are normal.', 'bones-normal+'],
  ['Cardiac silhouette size is borderline enlarged.', 'cardiomegaly+'],
  ['Mild posterior sulcus blunting.', 'effusion?'],
];

for (const [sentence, expected] of SENTENCES) {
  test(sentence, () => assert.equal(meant(sentence), expected));
}

test('a line break within a sentence changes nothing', () => {
  for (const [sentence] of SENTENCES) {
    for (let at = sentence.indexOf(' '); at >= 0; at = sentence.indexOf(' ', at + 1)) {
      if (/^([A-Z][a-z]|-)/.test(sentence.slice(at + 1))) continue;
      const wrapped = `${sentence.slice(0, at)}\n${sentence.slice(at + 1)}`;
      assert.equal(meant(wrapped), meant(sentence), JSON.stringify(wrapped));
    }
  }
});

test('capitals and blanks change nothing', () => {
  for (const [sentence] of SENTENCES) {
    assert.equal(meant(sentence.toUpperCase()), meant(sentence), sentence.toUpperCase());
    assert.equal(meant(sentence.toLowerCase()), meant(sentence), sentence.toLowerCase());
    assert.equal(meant(`  ${sentence.replaceAll(' ', '  ')} `), meant(sentence), sentence);
  }
});

test('a sentence that names nothing changes nothing', () => {
  for (const [sentence] of SENTENCES) {
    const filler = 'Comparison was made today. ';
    assert.equal(meant(filler + sentence), meant(sentence), sentence);
    assert.equal(meant(`${sentence} ${filler}`), meant(sentence), sentence);
  }
});

function meant(text: string): string {
  const marks = { PRESENT: '+', ABSENT: '-', UNCERTAIN: '?' } as const;
  return readReport([{ section: 'FINDINGS', text }])
    .findings.map(({ concept, assertion, time, subject }) => {
      const whose = subject === 'FAMILY' ? 'f' : '';
      return `${concept}${marks[assertion]}${time === 'HISTORICAL' ? 'h' : ''}${whose}`;
    })
    .join(' ');
}
