/** `model-events` starts fast because it loads little: the bundle's entry brings no SDK, and each command brings the services that it uses. */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { buildCli } from '../../tools/build-cli';
import { root } from '../cli/program';

const outdir = mkdtempSync(join(tmpdir(), 'model-events-cli-'));
afterAll(() => rmSync(outdir, { recursive: true }));

/** The files that Node reads before the program's first line runs: the entry and what it imports, but not `import()`. */
function loadedAtStart(file: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const text = readFileSync(file, 'utf8');
  for (const [, specifier = ''] of text.matchAll(/(?:^|[;}\n])import(?:[\w$*{}, ]*?from)?"(\.[^"]+)"/g))
    loadedAtStart(resolve(dirname(file), specifier), seen);
  return seen;
}

test('the entry loads less than 150 KB, without the AWS SDK and zod, and the bundle contains nothing from dev/', async () => {
  const sources = await buildCli(root, outdir);
  expect(sources.filter((path) => path.startsWith('dev/') || path.startsWith('test/'))).toEqual([]);
  const files = [...loadedAtStart(join(outdir, 'main.mjs'))];
  const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
  expect(bytes).toBeGreaterThan(20_000);
  expect(bytes).toBeLessThan(150_000);
  const texts = files.map((file) => readFileSync(file, 'utf8')).join('\n');
  expect(texts).not.toMatch(/@aws-sdk\/|aws-sdk-js|x-amz-/);
  // zod marks each schema with this property, which minification keeps.
  expect(sources).toContainEqual(expect.stringContaining('node_modules/zod/'));
  expect(texts).not.toContain('_zod');
});
