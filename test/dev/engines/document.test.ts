/** docs/engines.md: a result for every suite on every engine. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { documentOf } from '../../../dev/engines/document';
import { availabilityOf } from '../../../dev/engines/run-suite';
import { type EngineResult, engines, isGood, suiteNames } from '../../../dev/engines/suites';

const results: readonly EngineResult[] = [
  { engine: 'redis-8', suite: 'queue', date: '2026-01-02', version: 'Redis 8.0.2', passed: 7, failed: [] },
  { engine: 'redis-8', suite: 'faults', date: '2026-01-03', version: 'Redis 8.0.2', passed: 6, failed: ['fault 9'] },
  { engine: 'valkey-8', suite: 'queue', date: '2026-01-02', reason: 'no network' },
];

function tableRows(text: string): string[][] {
  const lines = text.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| ---'));
  return lines.map((line) => line.slice(2, -2).split(' | '));
}

test('each cell states what passed and failed, or that the suite did not run', () => {
  const text = documentOf(results);
  expect(tableRows(text)).toEqual([
    ['suite', 'redis-7.0', 'Redis 8.0.2', 'valkey-8'],
    ['queue', 'not run', '7 passed', 'not available'],
    ['publisher', 'not run', 'not run', 'not run'],
    ['conformance', 'not run', 'not run', 'not run'],
    ['cluster', 'not run', 'not run', 'not run'],
    ['faults', 'not run', '1 failed, 6 passed', 'not run'],
    ['cluster-faults', 'not run', 'not run', 'not run'],
  ]);
  expect(text).toContain('\n2026-01-02 to 2026-01-03 · ');
});

test('each failure and the reason of a missing engine are below the table', () => {
  const text = documentOf(results);
  expect(text).toContain('\n- Redis 8.0.2, faults: failed: fault 9\n- valkey-8 is not available: no network\n');
});

test('only a suite that ran and passed is good', () => {
  expect(results.map(isGood)).toEqual([true, false, false]);
  expect(isGood({ engine: 'redis-8', suite: 'queue', date: '', version: 'Redis 8.0.2', passed: 0, failed: [] })).toBe(
    false,
  );
});

test('an engine that does not exist is reported with the reason', () => {
  expect(availabilityOf('redis-9' as 'redis-8')).toEqual({
    reason: 'unknown engine "redis-9". Available engines: redis-7.0, redis-8, valkey-8',
  });
});

test('the committed page has a version and a passed run for every engine and suite', () => {
  const [title = [], ...rows] = tableRows(readFileSync(join(__dirname, '../../../docs/engines.md'), 'utf8'));
  expect(title).toHaveLength(engines.length + 1);
  for (const cell of title.slice(1)) expect(cell).toMatch(/^(?:Redis|Valkey) \d+\.\d+\.\d+$/);
  expect(rows.map(([suite]) => suite)).toEqual(suiteNames);
  for (const [, ...cells] of rows) for (const cell of cells) expect(cell).toMatch(/^[1-9]\d* passed$/);
});
