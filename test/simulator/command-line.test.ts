import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '../../platform/process/config.ts';
import { environmentFromArguments } from '../../simulator/command-line.ts';
import { config } from '../../simulator/config.ts';

test('options become the variables that the configuration reads', () => {
  const args = ['--rate', '2', '--cases', '20', '--seed', '7', '--time-scale', '0'];
  const read = loadConfig(
    config,
    environmentFromArguments([...args, '--hl7', 'ris:2576', '--dicom', '[::1]:104']),
  );
  assert.deepEqual(
    [read.simulatorRate, read.simulatorCases, read.simulatorSeed, read.simulatorTimeScale],
    [2, 20, 7, 0],
  );
  assert.deepEqual([read.simulatorHl7Host, read.hl7Port], ['ris', 2576]);
  assert.deepEqual([read.simulatorDicomHost, read.dicomPort], ['::1', 104]);
});

test('without options the defaults hold, and an unknown option is refused', () => {
  assert.deepEqual(environmentFromArguments([]), {});
  const read = loadConfig(config, {});
  assert.deepEqual([read.simulatorRate, read.simulatorCases, read.healthPort], [0.5, 0, 8488]);
  for (const wrong of [['--speed', '3'], ['--hl7', 'nowhere'], ['more']])
    assert.throws(() => environmentFromArguments(wrong), { code: 'USAGE' });
});
