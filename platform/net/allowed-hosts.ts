/** Loopback by its usual names. */
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Whether a request was meant for us. A page of another site can point its own name at 127.0.0.1 (DNS rebinding) and
 * would then be of the same origin as ours, but its name stands in `Host`; a page that simply posts to us carries its
 * own `Origin`. Both are compared by host name; ports may differ behind a forwarder.
 */
export function allowedHosts(names: readonly string[]): (host?: string, origin?: string) => boolean {
  const allowed = new Set([...LOOPBACK, ...names.map((name) => name.toLowerCase())]);
  return (host, origin) => {
    if (host === undefined || !allowed.has(hostName(host))) return false;
    if (origin === undefined) return true;
    return URL.canParse(origin) && allowed.has(hostName(new URL(origin).host));
  };
}

/** Without the port. */
function hostName(host: string): string {
  return host.toLowerCase().replace(/:\d{1,5}$/, '');
}
