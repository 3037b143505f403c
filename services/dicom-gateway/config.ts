import { z } from 'zod';
import { KEY_IMAGE_MARKS } from '../../core/dicom/key-image.ts';
import { OBJECT_CLASSES } from '../../core/dicom/object-class.ts';
import { tlsSettings } from '../../platform/net/tls.ts';
import { commonConfig, flag, list, port, positiveInt, text } from '../../platform/process/config.ts';
import { MAX_STOW_MIB, STOW_IDLE_MS } from './dicomweb/limits.ts';
import {
  ARTIM_MS,
  IDLE_MS,
  MAX_ASSOCIATIONS,
  MAX_ASSOCIATIONS_PER_PEER,
  MAX_DATA_SET_MIB,
  MEMORY_MIB,
} from './limits.ts';

/** Some of these words, separated by commas; `none` for none of them. */
function listOf<const Word extends string>(words: readonly Word[], fallback: Word[]) {
  const given = z
    .string()
    .transform((value) => (value === 'none' ? [] : value.split(',').map((word) => word.trim())));
  return given.pipe(z.array(z.enum(words))).default(fallback);
}

/** What the gateway reads from the environment; `README.md` has the table. */
export const config = {
  ...commonConfig,
  ...tlsSettings,
  healthPort: port(8482),
  dicomPort: port(11112),
  dicomAeTitle: text('INTERLEAVE'),
  /** speak TLS, with the certificate of `tlsSettings` */
  dicomTls: flag(false),
  /** addresses and networks that may connect; empty: anyone */
  dicomPeers: list([]),
  /** who may call; empty: anyone */
  dicomCallingAeTitles: list([]),
  /** must we be called by our title? Many senders have another one configured, and mean us */
  dicomCheckCalledAeTitle: flag(false),
  /** Storage SOP Classes beyond the standard's */
  dicomExtraSopClasses: list([]),
  dicomMaxAssociations: positiveInt(MAX_ASSOCIATIONS),
  dicomMaxAssociationsPerPeer: positiveInt(MAX_ASSOCIATIONS_PER_PEER),
  dicomMaxDataSetMib: positiveInt(MAX_DATA_SET_MIB),
  dicomArtimMs: positiveInt(ARTIM_MS),
  dicomIdleMs: positiveInt(IDLE_MS),
  /** where objects are taken over HTTP (STOW-RS); without it they are not */
  stowPort: z.coerce.number().int().min(0).max(65_535).optional(),
  /** speak TLS there, with the certificate of `tlsSettings` */
  stowTls: flag(false),
  /** host names under which it may be reached, besides those of loopback */
  stowHosts: list([]),
  /** what stands in place of a calling AE title, in the site table and in events */
  stowAeTitle: text('STOW'),
  stowMaxMib: positiveInt(MAX_STOW_MIB),
  stowIdleMs: positiveInt(STOW_IDLE_MS),
  /** where stored objects can be retrieved, for the addresses in answers; '' for no addresses */
  dicomwebUrl: text(''),
  /** classes of objects that are refused */
  dicomRefusedObjects: listOf(OBJECT_CLASSES, []),
  /** other bytes under a known SOP Instance UID: stored beside and flagged, or refused */
  dicomChangedObjects: z.enum(['store', 'refuse']).default('store'),
  dicomMemoryMib: positiveInt(MEMORY_MIB),
  keyImageMarks: listOf(KEY_IMAGE_MARKS, [...KEY_IMAGE_MARKS]),
  keyImageModalities: list(['CR', 'DX', 'MG', 'US']),
  keyImageSeriesMaximum: z.coerce.number().int().min(0).max(10_000).default(0),
};

export type Config = Readonly<z.infer<z.ZodObject<typeof config>>>;
