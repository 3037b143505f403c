import type { z } from 'zod';
import { commonConfig, list, port, positiveInt, text } from '../../platform/process/config.ts';
import { INDEX_ALIASES } from '../../schemas/index/index-names.ts';
import { MAX_SEARCHES_PER_SECOND } from './limits.ts';

export const config = {
  ...commonConfig,
  healthPort: port(8487),
  searchPort: port(8480),
  /** read through the alias, never by the name of a physical index */
  searchAlias: text(INDEX_ALIASES.casesAlias),
  /** host names under which the page may be opened, besides those of loopback */
  searchHosts: list([]),
  /** the token that acts need; '' for `act-token` in the data folder */
  actTokenFile: text(''),
  searchRatePerSecond: positiveInt(MAX_SEARCHES_PER_SECOND),
  /** the address that DICOMweb clients know us by, for the addresses in answers; '' for the one that they use */
  dicomwebUrl: text(''),
  /** origins of viewers that may read DICOMweb, e.g. http://localhost:3000 */
  dicomwebOrigins: list([]),
  /** folder of the built page, '' for `web/dist` of the checkout */
  searchPage: text(''),
  /** the site's own lexicon over ours, for the names of its findings; '' for ours alone */
  lexiconFile: text(''),
  /** where the model bundles lie; '' is `.interleave/models` of the checkout */
  modelsDir: text(''),
};

export type Config = Readonly<z.infer<z.ZodObject<typeof config>>>;
