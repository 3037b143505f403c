import { testContext } from '../../harness/service-context.ts';
import type { ServiceContext } from '../../platform/process/lifecycle.ts';
import { createLogger } from '../../platform/process/log.ts';

export type LogLine = Record<string, unknown> & { level: string; msg: string };

/** A context whose log lines can be read, as an operator reads them: without the time and the name of the service. */
export function loggedContext(name: string): ServiceContext & { lines(msg: string): LogLine[] } {
  const lines: LogLine[] = [];
  const log = createLogger(name, 'info', {
    write: (text) => {
      const { time: _time, service: _service, ...line } = JSON.parse(text) as LogLine;
      lines.push(line as LogLine);
    },
  });
  return { ...testContext(name), log, lines: (msg) => lines.filter((line) => line.msg === msg) };
}
