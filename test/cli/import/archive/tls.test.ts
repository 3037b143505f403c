/** Archives that speak TLS: Orthanc by DIMSE, where it wants a certificate of ours, and by DICOMweb behind a proxy. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer, type Server } from 'node:https';
import { after, before, describe, it } from 'node:test';
import { ArchiveSource } from '../../../../cli/import/archive/archive-source.ts';
import { DicomwebArchive } from '../../../../cli/import/dicomweb/dicomweb-archive.ts';
import { PacsArchive } from '../../../../cli/import/pacs/pacs-archive.ts';
import { DimseSender, dicomObjectOf, proposalsFor } from '../../../../clients/dimse-sender.ts';
import { HttpSource } from '../../../../clients/http-source.ts';
import { noOrthanc, Orthanc } from '../../../../harness/orthanc.ts';
import { type ClientTls, clientTls } from '../../../../platform/net/tls.ts';
import { archived, CT_IMAGE, freshUid } from '../../../support/archive-studies.ts';
import { noOpenssl, TestAuthority } from '../../../support/certificates.ts';
import { bringAll, CollectingSink } from '../../../support/collecting-sink.ts';

describe('an archive over TLS', { skip: noOrthanc || noOpenssl }, () => {
  const authority = new TestAuthority();
  const stranger = new TestAuthority('Another Authority');
  let orthanc: Orthanc;
  let proxy: Server;
  let trusting: ClientTls;
  let mistrusting: ClientTls;
  let uid: string;

  before(async () => {
    const archive = authority.issue('archive');
    orthanc = await Orthanc.start({ tls: { ...archive, ca: authority.ca } });
    // Debian's Orthanc ends when it is spoken to by https; sites put a proxy before it anyway.
    const files = { cert: readFileSync(archive.cert), key: readFileSync(archive.key) };
    proxy = createServer(files, ({ url, headers }, response) => {
      const asked = request(new URL(url ?? '', orthanc.dicomweb), { headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      asked.end();
    });
    await once(proxy.listen(0, '127.0.0.1'), 'listening');
    const { cert, key } = authority.issue('importer');
    trusting = await clientTls({ tlsCaFile: authority.ca, tlsCertFile: cert, tlsKeyFile: key });
    mistrusting = await clientTls({ tlsCaFile: stranger.ca, tlsCertFile: cert, tlsKeyFile: key });
    const object = await archived({
      study: freshUid(),
      series: freshUid(),
      sopClass: CT_IMAGE,
      modality: 'CT',
      date: '20150310',
    });
    uid = object.uid;
    const stored = dicomObjectOf(object.file);
    const sender = await DimseSender.connect({
      ...dimse(trusting),
      presentationContexts: proposalsFor([stored]),
    });
    assert.equal((await sender.store(stored)).status, 0);
    await sender.release();
  });
  after(async () => {
    proxy?.closeAllConnections();
    proxy?.close();
    await orthanc?.stop();
    authority.remove();
    stranger.remove();
  });

  const dimse = (tls: ClientTls) => ({
    host: '127.0.0.1',
    port: orthanc.port,
    tls,
    calledAeTitle: orthanc.aeTitle,
    callingAeTitle: 'US',
  });
  const web = () => {
    const address = proxy.address();
    return new URL(`https://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/dicom-web`);
  };
  const archives = {
    pacs: (tls: ClientTls) => new PacsArchive({ ...dimse(tls), moveTo: null, gateway: dimse(tls) }),
    dicomweb: (tls: ClientTls) =>
      new DicomwebArchive(new HttpSource({ base: web(), authorization: async () => 'Bearer ours', tls })),
  };
  const choice = { from: '20150101', to: '20151231', modalities: [], keyImages: null };

  for (const name of ['pacs', 'dicomweb'] as const)
    it(`is imported where its certificate is known, and else not asked (${name})`, async () => {
      const sink = new CollectingSink();
      await bringAll(new ArchiveSource(archives[name](trusting), choice), sink);
      assert.deepEqual([...sink.objects.keys()], [uid]);
      const refused = new ArchiveSource(archives[name](mistrusting), choice, { waitsMs: [], busyWaitMs: 0 });
      await assert.rejects(bringAll(refused, new CollectingSink()), { code: 'TLS_REFUSED' });
    });
});
