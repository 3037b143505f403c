/** The STOW-RS listener in the test's own process: real sockets and a real folder, and Kafka as the test wants it. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { ErrorCode } from '../../../../core/errors.ts';
import { DEFAULT_SITE } from '../../../../core/radiology/case-key.ts';
import type { ImageReceived, ObjectRef } from '../../../../core/radiology/events.ts';
import { serverTls } from '../../../../platform/net/tls.ts';
import { LocalFolderStore } from '../../../../platform/object-store/local-folder.ts';
import { loadConfig } from '../../../../platform/process/config.ts';
import type { ServiceContext } from '../../../../platform/process/lifecycle.ts';
import { config as shape } from '../../../../services/dicom-gateway/config.ts';
import { listenForStores } from '../../../../services/dicom-gateway/dicomweb/store-listener.ts';
import { KeyImageIndex } from '../../../../services/dicom-gateway/key-image-index.ts';
import { siteRules } from '../../../../services/dicom-gateway/service.ts';
import type { StoreOutcome } from '../../../../services/dicom-gateway/store-object.ts';
import { gatewayTelemetry } from '../../../../services/dicom-gateway/telemetry.ts';

export interface StowGateway {
  port: number;
  /** of the resource `studies` */
  url: string;
  store: LocalFolderStore;
  published: ImageReceived[];
  deadLetters: { code: ErrorCode; object: ObjectRef | null }[];
  outcomes: StoreOutcome[];
  problems: (ErrorCode | null)[];
  /** why connections were closed: the code, and what TLS says */
  dropped: string[];
  /** names of the half-written files */
  incoming(): Promise<string[]>;
}

export async function stowGateway(
  t: TestContext,
  options: {
    env?: Record<string, string>;
    publish?(event: ImageReceived): Promise<void>;
    maxDataSetLength?: number;
    /** where it logs what it refuses */
    context?: ServiceContext;
  } = {},
): Promise<StowGateway> {
  const folder = await mkdtemp(join(tmpdir(), 'interleave-stow-'));
  const store = await LocalFolderStore.open(folder, { minFree: 0 });
  const env = Object.entries({ STOW_PORT: '0', ...options.env });
  const config = loadConfig(
    shape,
    Object.fromEntries(env.map(([name, value]) => [`INTERLEAVE_${name}`, value])),
  );
  const maxDataSetLength = options.maxDataSetLength ?? 1024 * 1024;
  const gateway: Omit<StowGateway, 'port' | 'url'> = {
    store,
    published: [],
    deadLetters: [],
    outcomes: [],
    problems: [],
    dropped: [],
    incoming: () => readdir(join(folder, '.incoming')),
  };
  const storing = {
    store,
    publish: async (event: ImageReceived) => {
      await options.publish?.(event);
      gateway.published.push(event);
    },
    reject: async () => undefined,
    deadLetter: async (code: ErrorCode, object: ObjectRef | null) => {
      gateway.deadLetters.push({ code, object });
    },
    site: DEFAULT_SITE,
    secret: randomBytes(32),
    ...siteRules(config),
    memory: await KeyImageIndex.open(join(folder, '.memory'), config.dicomMemoryMib * 1024 * 1024),
    maxDataSetLength,
    maxDiscardedLength: maxDataSetLength * 4,
    onStored: (outcome: StoreOutcome) => gateway.outcomes.push(outcome),
    now: Date.now,
  };
  const telemetry = options.context === undefined ? null : gatewayTelemetry(options.context);
  const listener = await listenForStores(
    config,
    storing,
    {
      stowRequest: (problem) => gateway.problems.push(problem),
      connectionRefused: (code, who) => {
        gateway.dropped.push(who.why === undefined ? code : `${code} ${who.why}`);
        telemetry?.connectionRefused(code, who);
      },
    },
    config.stowTls ? await serverTls(config) : null,
  );
  t.after(async () => {
    await listener.stop();
    await rm(folder, { recursive: true, force: true });
  });
  const url = `${config.stowTls ? 'https' : 'http'}://127.0.0.1:${listener.port}/dicom-web/studies`;
  return Object.assign(gateway, { port: listener.port, url });
}

export const BOUNDARY = 'the-boundary';
export const MULTIPART = `multipart/related; type="application/dicom"; boundary=${BOUNDARY}`;

/** A message with these files as its parts. */
export function message(files: readonly Buffer[], type = 'application/dicom'): Buffer {
  const parts = files.flatMap((file) => [
    Buffer.from(`\r\n--${BOUNDARY}\r\nContent-Type: ${type}\r\n\r\n`),
    file,
  ]);
  return Buffer.concat([...parts, Buffer.from(`\r\n--${BOUNDARY}--\r\n`)]);
}
