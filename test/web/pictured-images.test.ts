import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byPicture, openingImage } from '../../web/src/pictured-images.ts';

const slice = (id: string, thumbnail: string | null = null, problem: string | null = null) => ({
  id,
  thumbnail,
  problem,
});
const ids = (images: readonly { id: string }[]) => images.map(({ id }) => id).join('');

test('a CT of which a report cites slices opens with the first of these, not with a slice that has no picture', () => {
  const images = [slice('a'), slice('b', '/b'), slice('c'), slice('d', '/d')];
  assert.equal(openingImage(images)?.id, 'b');
  assert.equal(openingImage([slice('a'), slice('c')])?.id, 'a');
  assert.equal(openingImage([]), null);
});

test('slices without a picture stand apart; an image that cannot be drawn says so among the pictures', () => {
  const images = [slice('a'), slice('b', '/b'), slice('c', null, 'PIXELS_UNREADABLE'), slice('d')];
  const { told, pictureless } = byPicture(images);
  assert.deepEqual([ids(told), ids(pictureless)], ['bc', 'ad']);
});
