import { PassThrough } from 'node:stream';
import { Screen } from '../../cli/screen';
import { displayText } from '../../cli/display-text';

function screen(
  environment: NodeJS.ProcessEnv,
  terminal: { isTTY?: boolean; columns?: number },
): [Screen, () => string] {
  const stream = Object.assign(new PassThrough(), terminal);
  return [new Screen(stream, environment), () => String(stream.read() ?? '')];
}

const rows = [[{ text: 'fail', colour: 'red' as const }, 'a sentence that is longer than the terminal is wide']];

test('a table is aligned, and wraps between words at the width of the terminal', () => {
  const [narrow, written] = screen({ NO_COLOR: '1' }, { isTTY: true, columns: 38 });
  narrow.table(['result', 'found'], rows);
  expect(written().split('\n')).toEqual([
    'result  found',
    expect.stringMatching(/^─{6} {2}─+$/),
    'fail    a sentence that is longer than',
    '        the terminal is wide',
    '',
  ]);
});

test.each([
  ['coloured on a terminal', {}, { isTTY: true }, true],
  ['plain with NO_COLOR', { NO_COLOR: '1' }, { isTTY: true }, false],
  ['plain on a dumb terminal', { TERM: 'dumb' }, { isTTY: true }, false],
  ['plain in a file', {}, {}, false],
  ['coloured in a file with FORCE_COLOR', { FORCE_COLOR: '1' }, {}, true],
  ['plain on a terminal with FORCE_COLOR=0', { FORCE_COLOR: '0' }, { isTTY: true }, false],
])('a table is %s', (_, environment, terminal, coloured) => {
  const [some, written] = screen(environment, terminal);
  some.table(['result', 'found'], rows);
  expect(written().includes('\u001b[31m')).toBe(coloured);
});

test('printed JSON has no control characters, and parses to the same value', () => {
  const value = { text: 'a\u009b31m\u202e\u{e0001}b\ud800', more: [1] };
  const [some, written] = screen({}, {});
  some.json(value);
  const text = written();
  expect(text).toMatch(/^[^\p{Cf}\p{Cs}\u0080-\u009f]+$/u);
  expect(JSON.parse(text)).toEqual(value);
});

test('a text from Redis keeps its quotes and brackets; invisible characters are escaped', () => {
  expect(displayText('model_id: got ""; <b> \\ \u001b[31m\u202e')).toBe('model_id: got ""; <b> \\ \\u001b[31m\\u202e');
});

const id = '0123456789abcdef';
const command = '`aws ssm get-parameter --name /hokusai/development/redis/endpoint --query Parameter.Value`';

test.each([60, 80, 120, 200])('ids and commands are never cut on a terminal of %d columns', (columns) => {
  const [some, written] = screen({ NO_COLOR: '1' }, { isTTY: true, columns });
  some.table(
    ['id', 'failed at', 'error', 'reason', 'fix'],
    [
      [
        id,
        '2026-11-23T10:00:00.000Z',
        'HANDLER_FAILED',
        'a reason of several words that can be wrapped',
        `Run ${command}.`,
      ],
    ],
  );
  const output = written();
  for (const whole of [id, '2026-11-23T10:00:00.000Z', command]) expect(output).toContain(whole);
  const tooLong = output.split('\n').filter((line) => line.length > columns);
  // Only the command, which the terminal wraps: it is copied as one line.
  expect(tooLong.filter((line) => !line.includes(command))).toEqual([]);
  expect(output.startsWith('id         0123456789abcdef\nfailed at  2026-11-23T10:00:00.000Z\n')).toBe(columns < 200);
});

test('the records of a terminal that is too narrow are separated by an empty line, and empty cells omitted', () => {
  const [some, written] = screen({ NO_COLOR: '1' }, { isTTY: true, columns: 20 });
  some.table(
    ['id', 'state'],
    [
      [id, 'waiting'],
      [id, ''],
    ],
  );
  expect(written()).toBe(`id     ${id}\nstate  waiting\n\nid     ${id}\n`);
});
