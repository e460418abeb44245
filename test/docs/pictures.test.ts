/** Pictures bring a ground of their own, so that a dark page does not shine through them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './pages';

const folder = join(root, 'docs/pictures');

test.each(readdirSync(folder))('%s is a PNG without transparency', (name) => {
  const picture = readFileSync(join(folder, name));
  expect(picture.subarray(1, 4).toString()).toBe('PNG');
  // The type of colour, in the header: 2 has red, green and blue, and no alpha; a chunk tRNS would name a transparent one.
  expect(picture[25]).toBe(2);
  expect(picture.subarray(0, 1024).includes('tRNS')).toBe(false);
});
