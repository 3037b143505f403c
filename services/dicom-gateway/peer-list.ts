/** Which hosts may connect: addresses and networks (`10.1.2.3`, `10.1.0.0/16`, `fd00::/8`). An empty list: anyone. */
import { BlockList, isIP } from 'node:net';
import { InterleaveError } from '../../core/errors.ts';

export class PeerList {
  readonly #allowed = new BlockList();
  readonly #anyone: boolean;

  /** Throws CONFIG_INVALID for an entry that is no address and no network. */
  constructor(entries: readonly string[]) {
    this.#anyone = entries.length === 0;
    for (const entry of entries) this.#add(entry);
  }

  allows(address: string | undefined): boolean {
    if (this.#anyone) return true;
    if (address === undefined) return false;
    // A listener on `::` sees IPv4 peers as ::ffff:10.1.2.3.
    const plain = address.startsWith('::ffff:') && isIP(address.slice(7)) === 4 ? address.slice(7) : address;
    const family = familyOf(plain);
    return family !== null && this.#allowed.check(plain, family);
  }

  #add(entry: string): void {
    const [address = '', length, ...rest] = entry.split('/');
    const family = familyOf(address);
    const most = family === 'ipv4' ? 32 : 128;
    const bits = length === undefined ? most : /^[0-9]{1,3}$/.test(length) ? Number(length) : Number.NaN;
    if (family === null || rest.length > 0 || !(bits >= 0 && bits <= most))
      throw new InterleaveError(
        'CONFIG_INVALID',
        `INTERLEAVE_DICOM_PEERS: ${entry} is not an address or network.`,
      );
    this.#allowed.addSubnet(address, bits, family);
  }
}

function familyOf(address: string): 'ipv4' | 'ipv6' | null {
  const version = isIP(address);
  if (version === 0) return null;
  return version === 4 ? 'ipv4' : 'ipv6';
}
