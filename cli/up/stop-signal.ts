import { SAME_SIGNAL_MS } from '../limits.ts';

/**
 * Ctrl-C (SIGINT), SIGTERM, and SIGHUP of a terminal that closes or of npm that has gone. The first asks to stop; another
 * Ctrl-C or SIGTERM that comes later means "at once". Under npm every Ctrl-C arrives twice, from the terminal and from
 * npm: that is one.
 */
export function onStopSignal(stop: () => void, stopNow: () => void): void {
  let first: number | undefined;
  const receive = () => {
    first ??= Date.now();
    if (Date.now() - first > SAME_SIGNAL_MS) stopNow();
    else stop();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, receive);
  process.on('SIGHUP', () => {
    first ??= Date.now();
    stop();
  });
  // When the terminal has gone, what is still said on the way out must not end us.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}
