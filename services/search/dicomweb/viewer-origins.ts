import type { FastifyInstance } from 'fastify';
import { DICOM_WEB } from './parts.ts';

/**
 * A viewer that was loaded from elsewhere may read DICOMweb where its origin is listed (CORS), and nothing else of this
 * server. Nobody is listed by default.
 */
export function viewerOrigins(origins: readonly string[]): (url: string, origin?: string) => boolean {
  const listed = new Set(origins.map((origin) => origin.toLowerCase().replace(/\/+$/, '')));
  return (url, origin) => isDicomWeb(url) && origin !== undefined && listed.has(origin.toLowerCase());
}

/** The headers that let a browser hand an answer to the viewer (Fetch 3.2). No credentials: there are none. */
export function corsHeaders(origin: string): Record<string, string> {
  return {
    'access-control-allow-origin': origin,
    'access-control-expose-headers': 'warning, content-location',
    'cross-origin-resource-policy': 'cross-origin',
    vary: 'origin',
  };
}

/** The question that a browser asks before. Who is not listed has been refused by then. */
export function addPreflight(server: FastifyInstance): void {
  server.options(`${DICOM_WEB}/*`, (_request, reply) =>
    reply
      .headers({
        'access-control-allow-methods': 'GET',
        'access-control-allow-headers': 'accept',
        'access-control-max-age': '600',
      })
      .code(204)
      .send(),
  );
}

export function isDicomWeb(url: string): boolean {
  return url === DICOM_WEB || url.startsWith(`${DICOM_WEB}/`);
}
