import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe } from 'node:test';
import { type GatewayName, GatewayProcess } from '../../harness/gateway-process.ts';
import { testKafka } from '../../harness/test-kafka.ts';
import { type ClientTls, clientTls } from '../../platform/net/tls.ts';
import { type Identity, noOpenssl, TestAuthority } from '../support/certificates.ts';
import { engines } from '../support/engines.ts';
import { TopicSection } from '../support/topic-section.ts';

/** A program that is not ours; `skip` says why it is not here, where it is not. */
export type NamedPeer<Peer> = readonly [name: string, peer: Peer, skip: string | false];

/** Describes every peer twice, in plain TCP and over TLS. */
export function describePeers<Peer>(
  peers: readonly NamedPeer<Peer>[],
  tests: (peer: Peer, secure: boolean, name: string) => void,
): void {
  for (const [name, peer, missing] of peers)
    for (const secure of [false, true])
      describe(
        `${name} ${secure ? 'over TLS' : 'in plain TCP'}`,
        {
          skip: missing || (secure && noOpenssl),
        },
        () => tests(peer, secure, name),
      );
}

/** Where the peers of one test file meet us: a folder, a certificate authority, gateways on the shared Kafka. */
export class PeerSite {
  #folder = '';
  #authority: TestAuthority | null = null;
  #brokers: string[] = [];
  #issued = 0;

  private constructor() {}

  /** It is there from before the first test of the file until after the last. */
  static ofThisFile(): PeerSite {
    const site = new PeerSite();
    before(async () => {
      site.#folder = await mkdtemp(join(tmpdir(), 'interleave-peers-'));
      if (noOpenssl === false) site.#authority = new TestAuthority();
      site.#brokers = (await engines()).kafkaBrokers;
    });
    after(async () => {
      site.#authority?.remove();
      await rm(site.#folder, { recursive: true, force: true });
    });
    return site;
  }

  get folder(): string {
    return this.#folder;
  }

  /** The file that a client trusts; null in plain TCP. */
  trusted(secure: boolean): string | null {
    return secure ? this.#openAuthority().ca : null;
  }

  /** A new certificate for a server; null in plain TCP. */
  identity(secure: boolean): Identity | null {
    return secure ? this.#openAuthority().issue(`peer${this.#issued++}`) : null;
  }

  /** What our own senders trust; null in plain TCP. */
  async clientTls(secure: boolean): Promise<ClientTls | null> {
    const tlsCaFile = this.trusted(secure);
    return tlsCaFile === null ? null : clientTls({ tlsCaFile, tlsCertFile: '', tlsKeyFile: '' });
  }

  /** Runs a gateway while it is used; `published` resolves to what it has written to the topic since its start. */
  async withGateway(
    name: GatewayName,
    secure: boolean,
    topic: string,
    use: (gateway: GatewayProcess, published: () => Promise<Buffer[]>) => Promise<void>,
  ): Promise<void> {
    const gateway = await GatewayProcess.start(name, this.#brokers, tlsEnv(name, this.identity(secure)));
    try {
      const kafka = testKafka(this.#brokers);
      const section = await TopicSection.begin(kafka, topic);
      await use(gateway, () => section.read());
    } finally {
      await gateway.stop();
    }
  }

  #openAuthority(): TestAuthority {
    if (this.#authority === null) throw new Error('no authority');
    return this.#authority;
  }
}

function tlsEnv(name: GatewayName, identity: Identity | null): Record<string, string> {
  if (identity === null) return {};
  const setting = name === 'dicom-gateway' ? 'DICOM_TLS' : 'HL7_TLS';
  return { [setting]: 'true', TLS_CERT_FILE: identity.cert, TLS_KEY_FILE: identity.key };
}
