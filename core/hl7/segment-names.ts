/** True for a segment that HL7 v2.1 to v2.8.2 defines (appendix A), and for a local one, which begins with Z (2.11). */
export function isKnownSegment(name: string): boolean {
  return name.startsWith('Z') || DEFINED.has(name);
}

/**
 * True for a segment that may stand without any field behind the text of a report (ORU, MDM): optional ones and local
 * ones. Others, as PID or PDA, are words of radiology too, and empty they say nothing.
 */
export function mayStandEmpty(name: string): boolean {
  return name.startsWith('Z') || OPTIONAL_IN_REPORTS.has(name);
}

const OPTIONAL_IN_REPORTS = new Set(
  'AL1 ARV BLG CON CTD CTI DG1 DSC FT1 GT1 IN1 IN2 IN3 IPC NK1 NTE OBX PD1 PRT PV1 PV2 ROL SFT SPM TQ1 TQ2 TXA UAC'.split(
    ' ',
  ),
);

const DEFINED = new Set(
  [
    'ABS ACC ADD ADJ AFF AIG AIL AIP AIS AL1 APR ARQ ARV AUT BHS BLC BLG BPO BPX BTS BTX BUI CDM CDO CER CM0 CM1 CM2 CNS',
    'CON CSP CSR CSS CTD CTI CTR DB1 DEV DG1 DMI DON DPS DRG DSC DSP DST ECD ECR EDU EQL EQP EQU ERQ ERR EVN FAC FHS FT1',
    'FTS GOL GP1 GP2 GT1 IAM IAR IIM ILT IN1 IN2 IN3 INV IPC IPR ISD ITM IVC IVT LAN LCC LCH LDP LOC LRL MCP MFA MFE MFI',
    'MRG MSA MSH NCK NDS NK1 NPU NSC NST NTE OBR OBX ODS ODT OH1 OH2 OH3 OH4 OM1 OM2 OM3 OM4 OM5 OM6 OM7 OMC ORC ORG OVR',
    'PAC PCE PCR PD1 PDA PDC PEO PES PID PKG PM1 PMT PR1 PRA PRB PRC PRD PRT PSG PSH PSL PSS PTH PV1 PV2 PYE QAK QID QPD',
    'QRD QRF QRI RCP RDF RDT REL RF1 RFI RGS RMI ROL RQ1 RQD RXA RXC RXD RXE RXG RXO RXR RXV SAC SCD SCH SCP SDD SFT SGH',
    'SGT SHP SID SLT SPM SPR STF STZ TCC TCD TQ1 TQ2 TXA UAC UB1 UB2 URD URS VAR VND VTQ',
  ].flatMap((line) => line.split(' ')),
);
