import { composeDeadLetter, readDeadLetter } from '../../contract/dead-letter';
import { readMessage, redrivenText } from '../../contract/message';
import { message } from '../support/events';

test('a redrive sets retry_count to 0, increments redrive_count and changes nothing else', () => {
  const text = message('m-1', '{"n":9007199254740993,"note":",\\"retry_count\\":5"}').replace(
    '"retry_count":0',
    '"retry_count":3',
  );

  const once = redrivenText(text);

  expect(once).toBe(text.replace('"retry_count":3', '"retry_count":0,"redrive_count":1'));
  expect(redrivenText(once)).toBe(once.replace('"redrive_count":1', '"redrive_count":2'));
});

test('a correlation id that looks like a counter is unchanged', () => {
  const odd = ',"retry_count":9,"x":"';
  const text = message('m-1').replace('correlation-m-1', JSON.stringify(odd).slice(1, -1));
  expect(readMessage(redrivenText(text))).toMatchObject({ correlation_id: odd, retry_count: 0, redrive_count: 1 });
});

test.each([
  ['half a message', message('m-1').slice(0, 80)],
  ['plain text', 'hello'],
  ['foreign JSON', '{"job":1}'],
  ['another schema version', message('m-1').replace('"1.0"', '"2.0"')],
])('%s is not read as a message', (_, text) => {
  expect(() => readMessage(text)).toThrow(/^not a model_ready_to_deploy message: /);
});

test('a dead letter contains the failed message, character for character', () => {
  const text = message('m-1', '{"n":1.10}');
  const { head, tail } = composeDeadLetter(
    text,
    true,
    { code: 'X', message: 'why "so"' },
    'consumer',
    'model_events:site',
  );
  const reading = readDeadLetter(`${head}2026-11-23T10:00:00.000Z${tail}`);
  expect(reading).toMatchObject({
    kind: 'dead-letter',
    messageText: text,
    deadLetter: {
      error: { code: 'X', message: 'why "so"' },
      failed_at: '2026-11-23T10:00:00.000Z',
      failed_by: 'consumer',
    },
  });
});

test('invalid JSON is kept as text, and a foreign entry is recognized', () => {
  const { head, tail } = composeDeadLetter('half {', false, { code: 'X', message: '' }, 'publisher', 'model_events');
  expect(readDeadLetter(`${head}now${tail}`)).toMatchObject({ kind: 'dead-letter', messageText: 'half {' });
  expect(readDeadLetter('{"job":1}')).toMatchObject({ kind: 'foreign' });
  expect(readDeadLetter('not json')).toMatchObject({ kind: 'foreign' });
});
