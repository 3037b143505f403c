import assert from 'node:assert/strict';
import { type Message, parseMessage } from '../../../core/hl7/message.ts';
import type { Report } from '../../../core/hl7/report.ts';

/** A message from its lines, ended with CR as the standard has it; invented persons only. */
export function wire(...lines: string[]): Buffer {
  return Buffer.from(`${lines.join('\r')}\r`, 'utf8');
}

export function parsed(...lines: string[]): Message {
  return parseMessage(wire(...lines));
}

export const MSH = 'MSH|^~\\&|RIS|CITY|INTERLEAVE|LAB|20260301101500||ORU^R01|C1|P|2.5.1';
export const PID = 'PID|1||P100^^^CITY^MR||Vogel^Anna||19700102|F';
export const OBR =
  'OBR|1|PL1|F1001|71046^Chest 2 views|||20260301090000|||||||||||ACC1001||||20260301101000||DX|F';

/** An ORU^R01 with these OBX lines. */
export function oru(...observations: string[]): Message {
  return parsed(MSH, PID, OBR, ...observations);
}

/** The one report that a message must hold. */
export function only(reports: readonly Report[]): Report {
  assert.equal(reports.length, 1);
  const [report] = reports;
  assert.ok(report);
  return report;
}
