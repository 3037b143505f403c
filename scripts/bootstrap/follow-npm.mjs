/**
 * Ends with npm. `npm start` and `npx` run us below a shell that does not pass signals on: whoever ends npm alone (a
 * service manager, a test) would leave us behind. When the process above us has gone, we hang up on ourselves (SIGHUP),
 * as a closing terminal does. Without npm above us nothing happens: a shell may go and leave us to run.
 */
export function followNpm() {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGHUP');
  }, WATCH_MS);
  watch.unref();
}

const WATCH_MS = 500;
