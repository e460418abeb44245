/** docs/faults.md: the latest row of every fault. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { faults } from '../../../dev/faults/catalogue';
import { documentOf } from '../../../dev/faults/document';
import { recordedRows } from '../../../dev/faults/recorded-rows';

const numbers = faults.map(({ number }) => number);

test('the committed page is that of the recorded rows, in which nothing is lost and every alarm condition is met', () => {
  const rows = recordedRows();
  expect(readFileSync(join(__dirname, '../../../docs/faults.md'), 'utf8')).toBe(documentOf(rows, numbers));
  for (const { number, name, lost, wrongDeadLetters, alarms } of rows) {
    expect(faults.find((fault) => fault.number === number)?.name).toBe(name);
    expect([lost, wrongDeadLetters, alarms.filter(({ met }) => !met)]).toEqual([0, 0, []]);
  }
});

test('each run is listed with its faults, and so are the faults without a run', () => {
  const [row] = recordedRows();
  if (row === undefined) throw new Error('no row is recorded');
  const rows = [1, 2, 4, 3].map((number) => ({ ...row, number, run: number === 3 ? 'second run' : 'first run' }));
  expect(documentOf(rows, [1, 2, 3, 4, 5, 7])).toContain(
    '\n- 1-2, 4: first run\n- 3: second run\n- 5, 7: no run recorded\n',
  );
});
