import { open } from 'node:fs/promises';
import { join } from 'node:path';
import dcmjsDimse from 'dcmjs-dimse';
import { part10Header } from '../../core/dicom/part10.ts';
import { type CameObject, DcmjsDimseScp } from '../../harness/dcmjs-dimse-scp.ts';

/** dcmjs-dimse as a server that writes what it gets: `dcmjs-dimse-store PORT FOLDER sync|nosync`. */
const [port, folder = '.', sync] = process.argv.slice(2);
const MAX_PDU_LENGTH = 131_072;
dcmjsDimse.log.setLevel('error');

class StoreScp extends DcmjsDimseScp {
  override associationRequested(association: dcmjsDimse.association.Association): void {
    association.setMaxPduLength(MAX_PDU_LENGTH);
    super.associationRequested(association);
  }

  protected override async keep({ dataSet, ...object }: CameObject): Promise<void> {
    const file = await open(join(folder, `${object.sopInstanceUid}.dcm`), 'w');
    await file.writev([part10Header(object), dataSet]);
    if (sync === 'sync') await file.sync();
    await file.close();
  }
}

new dcmjsDimse.Server(StoreScp).listen(Number(port));
console.log('listening');
