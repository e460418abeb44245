import {
  defaultQueuePolicy,
  formatSubscriptions,
  parseSubscriptions,
  subscriptionsOfReplay,
} from '../../contract/subscriptions';

const text = 'hokusai-token=model_events,hokusai-site=model_events:site';

test('subscriptions survive formatting and parsing unchanged', () => {
  const subscriptions = parseSubscriptions(text);
  expect(subscriptions).toEqual([
    { service: 'hokusai-token', queue: 'model_events', ...defaultQueuePolicy },
    { service: 'hokusai-site', queue: 'model_events:site', ...defaultQueuePolicy },
  ]);
  expect(formatSubscriptions(subscriptions)).toBe(text);
});

test('a policy that differs from the default is part of the text', () => {
  const own = [{ service: 'a', queue: 'model_events', maxRetries: 0, plainLeaseSeconds: 60 }];
  expect(formatSubscriptions(own)).toBe('a=model_events maxRetries=0 plainLeaseSeconds=60');
  expect(parseSubscriptions(formatSubscriptions(own))).toEqual(own);
});

test.each([
  ['a bare name', 'hokusai-token', /service=queue pairs.*got "hokusai-token"/],
  ['an unknown setting', 'a=model_events retries=3', /got "a=model_events retries=3"/],
  ['a setting out of range', 'a=model_events maxRetries=101', /got "a=model_events maxRetries=101"/],
  ['a queue outside model_events', 'a=other', /got "a=other"/],
  ['a duplicate queue', 'a=model_events,b=model_events', /duplicate: "model_events"/],
  ['a duplicate service', 'a=model_events,a=model_events:b', /duplicate: "a"/],
])('%s in subscriptions is refused with the reason', (_, text, message) => {
  expect(() => parseSubscriptions(text)).toThrow(message);
});

test('a replay is sent only to the services at the beginning of its name', () => {
  const subscriptions = parseSubscriptions(text);
  const queues = (name: string) => subscriptionsOfReplay(name, subscriptions)?.map(({ queue }) => queue);
  expect(queues('hokusai-site.2026-11-23')).toEqual(['model_events:site']);
  expect(queues('hokusai-site.hokusai-token.all-again')).toEqual(['model_events:site', 'model_events']);
  expect(queues('all-again')).toBeUndefined();
  expect(queues('hokusai-sit.again')).toBeUndefined();
  expect(queues('hokusai-site.hokusai-sit.again')).toBeUndefined();
});
