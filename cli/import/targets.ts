import type { ClientTls } from '../../platform/net/tls.ts';

/** Where the gateways of the system listen that an archive goes to. */
export interface GatewayTargets {
  hl7: { host: string; port: number };
  dicom: { host: string; port: number; calledAeTitle: string; callingAeTitle: string };
  /** for both; null for plain TCP */
  tls: ClientTls | null;
}
