/** Pictures have an opaque background, so that they are readable on a dark page. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './pages';

const folder = join(root, 'docs/pictures');

test.each(readdirSync(folder))('%s is a PNG without transparency', (name) => {
  const picture = readFileSync(join(folder, name));
  expect(picture.subarray(1, 4).toString()).toBe('PNG');
  // The colour type in the header: 2 is RGB without alpha; a chunk tRNS would define a transparent colour.
  expect(picture[25]).toBe(2);
  expect(picture.subarray(0, 1024).includes('tRNS')).toBe(false);
});
