import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MAX_ORDER_FIELD_LENGTH } from '../../../core/hl7/limits.ts';
import { reportsOf } from '../../../core/hl7/report.ts';
import { MSH, PID, parsed } from './messages.ts';

const obr = (fields: Record<number, string>): string =>
  Array.from({ length: 32 }, (_, i) => fields[i + 1] ?? { 3: 'F1', 18: 'A1', 25: 'F' }[i + 1] ?? '').reduce(
    (line, field) => `${line}|${field}`,
    'OBR',
  );
const TEXT = 'OBX|1|TX|&IMP||Normal.||||||F';
const orderIn = (...lines: string[]) => reportsOf(parsed(MSH, PID, ...lines))[0]?.order;

describe('who ordered a report and who read it', () => {
  it('takes the service of the visit, else who entered the order, else the ward', () => {
    const orc = 'ORC|RE||||||||||||||||^Surgery';
    assert.equal(orderIn('PV1|1|I|4W|||||||CAR', orc, obr({}), TEXT)?.service, 'CAR');
    assert.equal(orderIn('PV1|1|I|4W', orc, obr({}), TEXT)?.service, 'Surgery');
    assert.equal(orderIn('PV1|1|I|4W', obr({}), TEXT)?.service, '4W');
  });

  it('finds the priority where each version of HL7 has it', () => {
    assert.equal(orderIn(obr({ 5: 'r', 27: '^^^^^A' }), 'TQ1|1||||||||S^Stat', TEXT)?.priority, 'S');
    assert.equal(orderIn(obr({ 5: 'r', 27: '^^^^^A' }), TEXT)?.priority, 'A');
    assert.equal(orderIn('ORC|RE||||||^^^^^T', obr({ 5: 'r' }), TEXT)?.priority, 'T');
    assert.equal(orderIn(obr({ 5: 'r' }), TEXT)?.priority, 'R');
  });

  it('knows a reader by number, else by name, however the name is split', () => {
    assert.equal(orderIn(obr({ 32: '17&Rho&Rita' }), TEXT)?.reader, '17');
    assert.equal(orderIn(obr({ 32: '17^Rho^Rita' }), TEXT)?.reader, '17');
    assert.equal(orderIn(obr({ 32: '&Rho&Rita' }), TEXT)?.reader, 'Rho Rita');
    assert.equal(orderIn(obr({ 32: '^Rho^Rita' }), TEXT)?.reader, 'Rho Rita');
  });

  it('never takes the visit of another patient in the message', () => {
    const second = PID.replace('P100', 'P200');
    const lines = ['PV1|1|E', obr({}), TEXT, second, obr({ 3: 'F2', 18: 'A2' }), TEXT];
    const classes = reportsOf(parsed(MSH, PID, ...lines)).map(({ order }) => order.patientClass);
    assert.deepEqual(classes, ['E', '']);
  });

  it('MAX_ORDER_FIELD_LENGTH: what is longer is cut', () => {
    const order = orderIn(`PV1|1|I|${'x'.repeat(500)}`, obr({}), TEXT);
    assert.equal(order?.service.length, MAX_ORDER_FIELD_LENGTH);
  });
});
