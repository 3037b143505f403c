import type { Instance } from '../../../cli/up/instance.ts';
import { DimseSender, dicomObjectOf, proposalsFor } from '../../../clients/dimse-sender.ts';
import { MllpSender } from '../../../clients/mllp-sender.ts';
import { type SimulatedCase, simulateCase } from '../../../simulator/case.ts';

/** Sends whole cases of the simulated department, one after the other, and resolves when all is acknowledged. */
export async function sendSimulatedCases(
  instance: Instance,
  seed: number,
  numbers: readonly number[],
  afterEach: (sent: number) => void = () => undefined,
): Promise<SimulatedCase[]> {
  const cases: SimulatedCase[] = [];
  const mllp = await MllpSender.connect({ ...instance.hl7, timeoutMs: 30_000 });
  for (const n of numbers) {
    const simulated = simulateCase(seed, n);
    await sendImages(instance, simulated);
    for (const report of simulated.reports) {
      const { code } = await mllp.send(report.message);
      if (code !== 'AA') throw new Error(`a report was answered with ${code}`);
    }
    cases.push(simulated);
    afterEach(cases.length);
  }
  await mllp.close();
  return cases;
}

async function sendImages(instance: Instance, simulated: SimulatedCase): Promise<void> {
  const files = [...simulated.images, ...(simulated.keyObject === null ? [] : [simulated.keyObject])];
  const objects = files.map((file) => dicomObjectOf(file.part10));
  const sender = await DimseSender.connect({
    ...instance.dicom,
    calledAeTitle: instance.dicom.aeTitle,
    callingAeTitle: 'E2E',
    presentationContexts: proposalsFor(objects),
  });
  for (const object of objects) {
    const { status } = await sender.store(object);
    if (status !== 0) throw new Error(`an image was answered with ${status.toString(16)}`);
  }
  await sender.release();
}
