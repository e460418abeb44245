/** A short selection of `make test-faults`, with the real program. */
import { join } from 'node:path';
import { type Program, runProgram } from '../../examples/program';

const root = join(__dirname, '../../..');

function faults(...parameters: string[]): Program {
  const loaders = ['--import', 'tsx', '--require', join(root, 'tools/lua-require.cjs')];
  return runProgram(process.execPath, [...loaders, join(root, 'dev/faults/main.ts'), ...parameters], {});
}

test('no event is lost when a lagging replica is promoted, roles change under open connections, or the certificate expires', async () => {
  const { code, output, errors } = await faults('--only', '2,8,14', '--seed', '1', '--json').ended;
  const rows = output.split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(rows.map(({ number, lost, problems }) => ({ number, lost, problems }))).toEqual(
    [2, 8, 14].map((number) => ({ number, lost: 0, problems: [] })),
  );
  expect(errors).toContain('3 faults, nothing lost, the metrics showed each fault');
  expect(code).toBe(0);
});

test('--list prints every fault with the alarm condition that it must meet', async () => {
  const { code, output } = await faults('--list').ended;
  const numbers = output.split('\n').map((line) => Number(line.slice(0, 2)));
  expect(numbers).toEqual(Array.from({ length: 36 }, (_, index) => index + 1));
  expect(output).toContain('RedisAvailability < 1');
  expect(code).toBe(0);
});

test.each([
  [['--only', '99'], 'Unknown fault 99. List the faults with --list.'],
  [['--seed', 'x'], '--seed must be a whole number of at most 9 digits, got x'],
  [['--nonsense'], "Unknown option '--nonsense'"],
])('the arguments %p are refused with the error "%s"', async (parameters, message) => {
  const { code, errors } = await faults(...parameters).ended;
  expect(errors).toContain(message);
  expect(code).toBe(2);
});
