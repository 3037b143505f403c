import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BenchCases } from './bench-cases.ts';

/** Key images of a case: 3 and 4 in turn, as the paper's archive has 3.5. */
const IMAGES = [3, 4];
/** Cases whose reports stand in one file. */
const REPORTS_PER_FILE = 50;

/** One case of an archive that was written. */
export interface ArchiveCase {
  accession: string;
  images: number;
}

/**
 * Writes an archive of so many cases that have a report and images: each case a folder of images, the reports of many in one file. A simulated case has fewer images than the
 * cases of an archive: the rest are its own again, under other SOP Instance UIDs, which cost as much to store and to embed.
 */
export async function writeArchive(
  folder: string,
  cases: BenchCases,
  count: number,
  say: (line: string) => void,
): Promise<ArchiveCase[]> {
  const written: ArchiveCase[] = [];
  let reports: Buffer[] = [];
  await mkdir(folder, { recursive: true });
  const writeReports = async () => {
    if (reports.length > 0)
      await writeFile(join(folder, `reports-${written.length}.hl7`), Buffer.concat(reports));
    reports = [];
  };
  while (written.length < count) {
    const { accession, images, reports: versions } = cases.next();
    if (images.length === 0 || versions.length === 0) continue;
    const own = join(folder, `case-${written.length}`);
    await mkdir(own);
    const wanted = IMAGES[written.length % IMAGES.length] ?? 0;
    for (let n = 0; n < wanted; n++) {
      const { part10, sopInstanceUid } = images[n % images.length] ?? {
        part10: Buffer.alloc(0),
        sopInstanceUid: '',
      };
      const copy = Math.floor(n / images.length);
      await writeFile(
        join(own, `${n}.dcm`),
        copy === 0 ? part10 : underOtherUid(part10, sopInstanceUid, copy),
      );
    }
    const last = versions.at(-1);
    if (last !== undefined) reports.push(last.message);
    written.push({ accession, images: wanted });
    if (written.length % REPORTS_PER_FILE === 0) {
      await writeReports();
      say(`${written.length} cases written`);
    }
  }
  await writeReports();
  return written;
}

/** The UID stands in the file meta information and in the data set; the other one is as long, so that no length changes. */
function underOtherUid(part10: Buffer, uid: string, copy: number): Buffer {
  const other = uid.slice(0, -2) + String((Number(uid.slice(-2)) + 37 * copy) % 100).padStart(2, '0');
  const changed = Buffer.from(part10);
  for (let at = changed.indexOf(uid, 0, 'latin1'); at !== -1; at = changed.indexOf(uid, at + 1, 'latin1'))
    changed.write(other, at, 'latin1');
  return changed;
}
