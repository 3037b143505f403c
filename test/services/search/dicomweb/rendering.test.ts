import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAccept } from '../../../../core/dicomweb/media-type.ts';
import { MAX_VIEWPORT } from '../../../../services/search/dicomweb/limits.ts';
import { parseRendering } from '../../../../services/search/dicomweb/rendering.ts';

const parse = (window: string) => parseRendering(parseAccept('image/jpeg'), new URLSearchParams({ window }));

test('a window has one of the functions of PS3.18 8.3.5.1.2, in any case, LINEAR where it names none', () => {
  assert.deepEqual(parse('40, 400').window, { centre: 40, width: 400, shape: 'LINEAR' });
  assert.equal(parse('40,400,linear-exact').window?.shape, 'LINEAR_EXACT');
  assert.equal(parse('40,400,SIGMOID').window?.shape, 'SIGMOID');
});

test('a function of another name is asked for in vain, also where every object has one of that name', () => {
  for (const name of ['cubic', 'constructor', 'toString', '__proto__', 'hasOwnProperty'])
    assert.throws(() => parse(`1,2,${name}`), { code: 'QUERY_INVALID' }, name);
});

test('a side of the viewport has a limit', () => {
  const viewport = (sides: string) =>
    parseRendering(parseAccept('image/jpeg'), new URLSearchParams({ viewport: sides })).viewport;
  assert.deepEqual(viewport(`${MAX_VIEWPORT},1`), { width: MAX_VIEWPORT, height: 1 });
  for (const sides of [`${MAX_VIEWPORT + 1},1`, `1,${MAX_VIEWPORT + 1}`, '0,1', '1.5,1', '1,1,1'])
    assert.throws(() => viewport(sides), { code: 'QUERY_INVALID' }, sides);
});
