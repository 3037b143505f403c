import type { GatewayName } from '../../harness/gateway-process.ts';

/** What somebody may do to a gateway, while the memory of its process is watched. */
export interface Scenario {
  /** name of the figure */
  figure: string;
  gateway: GatewayName;
  /** settings without their prefix */
  env: Record<string, string>;
  /** resolves to what happened, in one sentence */
  run(port: number): Promise<string>;
}
