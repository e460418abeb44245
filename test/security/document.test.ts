import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../..');
const security = readFileSync(join(root, 'docs/security.md'), 'utf8');
const named = (text: string): string[] =>
  [...text.matchAll(/`((?:clients\/python\/tests|test)\/[\w./-]+)`/g)].map(([, path]) => path ?? '');
const isTest = (path: string): boolean => /\.test\.ts$|\/test_\w+\.py$/.test(path);

/** Rows of the tables whose last column names tests. */
const statements = security
  .split(/^(?=\| *\w[^\n]*\|\n\| ?-)/m)
  .filter((part) => /^\|[^\n]*\| test *\|\n/.test(part))
  .flatMap((table) =>
    table
      .split('\n')
      .slice(2)
      .filter((line) => line.startsWith('|')),
  );

test('every test file that docs/security.md names exists', () => {
  expect(named(security).filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

test('every statement of docs/security.md names a test file', () => {
  expect(statements.length).toBeGreaterThan(25);
  expect(statements.filter((line) => !named(line.split('|').at(-2) ?? '').some(isTest))).toEqual([]);
});
