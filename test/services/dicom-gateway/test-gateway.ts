/** The gateway's listener in the test's own process: real sockets and a real folder, and Kafka as the test wants it. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type DicomObject, DimseSender, proposalsFor } from '../../../clients/dimse-sender.ts';
import type { ErrorCode } from '../../../core/errors.ts';
import { DEFAULT_SITE } from '../../../core/radiology/case-key.ts';
import type { ImageReceived, ObjectRef, Rejection } from '../../../core/radiology/events.ts';
import { serverTls } from '../../../platform/net/tls.ts';
import { LocalFolderStore } from '../../../platform/object-store/local-folder.ts';
import type { ObjectStore } from '../../../platform/object-store/object-store.ts';
import { loadConfig } from '../../../platform/process/config.ts';
import type { ServiceContext } from '../../../platform/process/lifecycle.ts';
import { config as shape } from '../../../services/dicom-gateway/config.ts';
import { KeyImageIndex } from '../../../services/dicom-gateway/key-image-index.ts';
import { DISCARD_FACTOR } from '../../../services/dicom-gateway/limits.ts';
import { listen } from '../../../services/dicom-gateway/listener.ts';
import { siteRules } from '../../../services/dicom-gateway/service.ts';
import type { StoreObjectOptions, StoreOutcome } from '../../../services/dicom-gateway/store-object.ts';
import { type GatewayTelemetry, gatewayTelemetry } from '../../../services/dicom-gateway/telemetry.ts';
import type { AssociationEnd } from '../../../services/dicom-gateway/upper-layer.ts';

export interface TestGateway {
  port: number;
  store: LocalFolderStore;
  published: ImageReceived[];
  /** what went into the register */
  rejected: Rejection[];
  deadLetters: { code: ErrorCode; object: ObjectRef | null; caseId: string }[];
  outcomes: StoreOutcome[];
  ended: { outcome: AssociationEnd; problem: string | null }[];
  /** why connections were closed before they said anything */
  dropped: ErrorCode[];
  /** names of the half-written files */
  incoming(): Promise<string[]>;
  connect(...objects: DicomObject[]): Promise<DimseSender>;
  stop(): Promise<void>;
}

export interface TestGatewayOptions {
  /** environment variables without their prefix */
  env?: Record<string, string>;
  publish?(event: ImageReceived): Promise<void>;
  reject?(): Promise<void>;
  deadLetter?(): Promise<void>;
  /** puts something before the folder */
  wrap?(store: LocalFolderStore): ObjectStore;
  maxDataSetLength?: number;
  /** false: nothing is synced, for tests of very many objects */
  sync?: boolean;
  /** where it logs and counts, for a test of that; what happened is not kept then, except what was stored */
  context?: ServiceContext;
  /** folder of what the gateway remembers, for one that starts again */
  memory?: string;
}

export async function testGateway(t: TestContext, options: TestGatewayOptions = {}): Promise<TestGateway> {
  const folder = await mkdtemp(join(tmpdir(), 'interleave-dicom-'));
  const store = await LocalFolderStore.open(folder, { minFree: 0, sync: options.sync ?? true });
  const memoryFolder = options.memory ?? join(folder, '.memory');
  const env = Object.entries({ DICOM_PORT: '0', ...options.env }).map(([name, value]) => [
    `INTERLEAVE_${name}`,
    value,
  ]);
  const config = loadConfig(shape, Object.fromEntries(env) as Record<string, string>);
  const memory = await KeyImageIndex.open(memoryFolder, config.dicomMemoryMib * 1024 * 1024);
  const maxDataSetLength = options.maxDataSetLength ?? config.dicomMaxDataSetMib * 1024 * 1024;
  const gateway: TestGateway = {
    port: 0,
    store,
    published: [],
    rejected: [],
    deadLetters: [],
    outcomes: [],
    ended: [],
    dropped: [],
    incoming: () => readdir(join(folder, '.incoming')),
    connect: (...objects) => connect(gateway.port, ...objects),
    stop: async () => undefined,
  };
  const telemetry: GatewayTelemetry =
    options.context === undefined ? kept(gateway) : gatewayTelemetry(options.context);
  const storing: StoreObjectOptions = {
    store: options.wrap?.(store) ?? store,
    publish: async (event) => {
      await options.publish?.(event);
      gateway.published.push(event);
    },
    reject: async (rejections) => {
      await options.reject?.();
      gateway.rejected.push(...rejections);
    },
    deadLetter: async (code, object, caseId) => {
      await options.deadLetter?.();
      gateway.deadLetters.push({ code, object, caseId });
    },
    site: DEFAULT_SITE,
    secret: randomBytes(32),
    ...siteRules(config),
    memory,
    maxDataSetLength,
    maxDiscardedLength: maxDataSetLength * DISCARD_FACTOR,
    onStored: (outcome) => {
      gateway.outcomes.push(outcome);
      telemetry.stored(outcome);
    },
    now: Date.now,
  };
  const listener = await listen(config, storing, telemetry, config.dicomTls ? await serverTls(config) : null);
  gateway.port = listener.port;
  let stopped: Promise<void> | null = null;
  gateway.stop = () => {
    stopped ??= listener.stop().finally(() => memory.close());
    return stopped;
  };
  t.after(async () => {
    await gateway.stop().catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  });
  return gateway;
}

export function connect(port: number, ...objects: DicomObject[]): Promise<DimseSender> {
  return DimseSender.connect({
    host: '127.0.0.1',
    port,
    callingAeTitle: 'TEST',
    calledAeTitle: 'INTERLEAVE',
    presentationContexts: proposalsFor(objects),
    timeoutMs: 10_000,
  });
}

/** What happened, for the tests. */
function kept(gateway: TestGateway): GatewayTelemetry {
  return {
    connectionEnded: (end: { outcome: AssociationEnd; problem: string | null }) => gateway.ended.push(end),
    connectionRefused: (code: ErrorCode) => gateway.dropped.push(code),
    contextsRefused: () => undefined,
    stored: () => undefined,
    associationsOpen: () => undefined,
    stowRequest: () => undefined,
  };
}
