import type { FastifyInstance } from 'fastify';
import { InterleaveError } from '../../../core/errors.ts';
import { addFrameRoutes } from './frame-routes.ts';
import { DICOM_WEB, type DicomWebParts } from './parts.ts';
import { addRenderedRoutes } from './rendered-routes.ts';
import { addRetrieveRoutes } from './retrieve-routes.ts';
import { addSearchRoutes } from './search-routes.ts';

/** DICOMweb for reading what is indexed: `docs/dicomweb.md`. Storing is the dicom-gateway's, on a port of its own. */
export function addDicomWebRoutes(server: FastifyInstance, parts: DicomWebParts): void {
  addSearchRoutes(server, parts);
  addRetrieveRoutes(server, parts);
  addFrameRoutes(server, parts);
  addRenderedRoutes(server, parts);
  for (const path of ['/studies', '/studies/:study'])
    server.post(`${DICOM_WEB}${path}`, { bodyLimit: 1 }, () => {
      throw new InterleaveError('METHOD_NOT_ALLOWED', 'To store objects, send them to the dicom-gateway.');
    });
}
