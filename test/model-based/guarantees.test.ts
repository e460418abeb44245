import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '..', '..');
const guarantees = readFileSync(join(root, 'docs/guarantees.md'), 'utf8');
const files = (text: string): string[] => [...text.matchAll(/`(test\/[\w./-]+)`/g)].map(([, path]) => path ?? '');
const steps = guarantees.split('\n').filter((line) => /^\| \d+\. \*\*/.test(line));

test('every test file that docs/guarantees.md names exists', () => {
  expect(files(guarantees).filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

test('every step of the argument in docs/guarantees.md names a test file', () => {
  expect(steps.length).toBeGreaterThan(10);
  expect(steps.filter((line) => !files(line).some((path) => path.endsWith('.test.ts')))).toEqual([]);
});
