import { logEvent } from '../../../clients/node/default-log';

afterEach(() => jest.restoreAllMocks());

function logged(form: 'text' | 'json'): string {
  const lines: string[] = [];
  jest.spyOn(process.stderr, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  logEvent(form, 'model_events', 'retried', ['not a message', new Error('line 1\nline 2\u{e0041}: got "\\u0022"')]);
  return lines.join('');
}

test('a line of the default log stays one line, shows invisible characters, and escapes nothing twice', () => {
  expect(logged('text').replace(/^\S+ /, '')).toBe(
    'WARN model-events: the handler failed; the message is retried (model_events): ' +
      'line 1\\u000aline 2\\udb40\\udc41: got "\\u0022"\n',
  );
});

test('a line of the default log as JSON keeps every value without an invisible character', () => {
  const line = logged('json');
  expect(line).toMatch(/^[\x20-\x7e]+\n$/);
  expect(JSON.parse(line)).toMatchObject({ error: 'line 1\nline 2\u{e0041}: got "\\u0022"' });
});
