/** `dicomweb-client`, the client of OHIF, outside a browser. */
import { createRequire } from 'node:module';
import dicomweb from 'dicomweb-client';
import type { JsonDataSet } from '../../core/dicomweb/json-model.ts';

const require = createRequire(import.meta.url);

/** UIDs, and what else a method takes. */
export interface ClientOptions {
  studyInstanceUID?: string;
  seriesInstanceUID?: string;
  sopInstanceUID?: string;
  frameNumbers?: number[];
  datasets?: ArrayBuffer[];
  mediaTypes?: { mediaType: string; transferSyntaxUID?: string }[];
  queryParams?: Record<string, string>;
}

type Method<R> = (options?: ClientOptions) => Promise<R>;

/** What the tests use of it; its own types ask for options that it does not need. */
export interface DicomWebClient {
  searchForStudies: Method<JsonDataSet[]>;
  searchForSeries: Method<JsonDataSet[]>;
  searchForInstances: Method<JsonDataSet[]>;
  retrieveStudy: Method<ArrayBuffer[]>;
  retrieveSeries: Method<ArrayBuffer[]>;
  retrieveInstance: Method<ArrayBuffer>;
  retrieveStudyMetadata: Method<JsonDataSet[]>;
  retrieveInstanceMetadata: Method<JsonDataSet[]>;
  retrieveInstanceFrames: Method<ArrayBuffer[]>;
  retrieveInstanceRendered: Method<ArrayBuffer>;
  storeInstances: Method<string>;
}

/** Over TLS with these PEM texts. */
export interface ClientCertificates {
  ca?: string;
  cert?: string;
  key?: string;
}

export function dicomWebClient(url: string, certificates: ClientCertificates = {}): DicomWebClient {
  Object.assign(globalThis, { XMLHttpRequest: requestOfBytes(certificates) });
  return new dicomweb.api.DICOMwebClient({ url, singlepart: '' }) as unknown as DicomWebClient;
}

/** A request that also sends an ArrayBuffer, as one in a browser does. */
function requestOfBytes(certificates: ClientCertificates): () => object {
  const { XMLHttpRequest } = require('xmlhttprequest-ssl') as {
    XMLHttpRequest: new (options: ClientCertificates) => { send(body?: unknown): void };
  };
  return function create() {
    const request = new XMLHttpRequest(certificates);
    const send = request.send.bind(request);
    request.send = (body) => send(body instanceof ArrayBuffer ? Buffer.from(body) : body);
    return request;
  };
}
