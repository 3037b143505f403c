// `node scripts/bootstrap/remove-other-platforms.mjs`: for who ran `npm ci` without us, such as the build of the image.
import { removeOtherPlatforms } from './other-platforms.mjs';

removeOtherPlatforms();
