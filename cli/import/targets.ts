import type { ClientTls } from '../../platform/net/tls.ts';
import type { DicomTarget, Hl7Target } from '../send/targets.ts';

/** Where the gateways of the system listen that an archive goes to. */
export interface GatewayTargets {
  hl7: Hl7Target;
  dicom: DicomTarget;
  /** for both; null for plain TCP */
  tls: ClientTls | null;
}
