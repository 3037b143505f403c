import { isIP } from 'node:net';

/** Groups of an IPv6 address that tell peers apart: who has one address mostly has all of its /64 (RFC 4291 2.5.4). */
const NETWORK_GROUPS = 4;

/** What counts as one peer: an IPv4 address, or the /64 network of an IPv6 address. What is no address stays as it is. */
export function peerOf(address = ''): string {
  const plain = address.split('%')[0] ?? '';
  if (isIP(plain) !== 6) return address;
  // A listener on `::` sees IPv4 peers as ::ffff:10.1.2.3.
  const mapped = /^::ffff:([0-9.]+)$/i.exec(plain)?.[1];
  if (mapped !== undefined) return mapped;
  const [front = '', back] = plain.split('::');
  const left = groupsOf(front);
  const right = groupsOf(back ?? '');
  const zeros = new Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0');
  const groups = back === undefined ? left : [...left, ...zeros, ...right];
  const network = groups.slice(0, NETWORK_GROUPS).map((group) => Number.parseInt(group, 16).toString(16));
  return `${network.join(':')}::/64`;
}

/** The address of a peer as logs name it: IPv4 where it is that, without the zone of IPv6; '' where it is not known. */
export function addressOf(address = ''): string {
  return address.replace(/%.*$/, '').replace(/^::ffff:(?=[0-9.]+$)/i, '');
}

/** An IPv4 address at the end stands for two groups, which are of no interest here. */
function groupsOf(text: string): string[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => (group.includes('.') ? ['0', '0'] : [group]));
}
