import { parseSubscriptions } from '../../contract/subscriptions';
import { arnOf, development, only, synthesized } from './synthesized';

const template = synthesized();
const monitor = only(template, 'AWS::Lambda::Function', 'Monitor');
const live = { Ref: only(template, 'AWS::Lambda::Alias', 'Monitor').id };

test('the monitor runs every minute, and missed runs are not retried', () => {
  expect(only(template, 'AWS::Events::Rule', 'Monitor').properties).toMatchObject({
    ScheduleExpression: 'rate(1 minute)',
    State: 'ENABLED',
    Targets: [{ Arn: live, RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 } }],
  });
});

test('Lambda does not retry a failed run, nor keep a throttled one longer than a minute', () => {
  expect(only(template, 'AWS::Lambda::EventInvokeConfig').properties).toMatchObject({
    FunctionName: { Ref: monitor.id },
    Qualifier: { 'Fn::Select': [7, { 'Fn::Split': [':', live] }] },
    MaximumRetryAttempts: 0,
    MaximumEventAgeInSeconds: 60,
  });
});

test('only the schedule may invoke the monitor', () => {
  expect(only(template, 'AWS::Lambda::Permission', 'Monitor').properties).toEqual({
    Action: 'lambda:InvokeFunction',
    FunctionName: live,
    Principal: 'events.amazonaws.com',
    SourceArn: arnOf(only(template, 'AWS::Events::Rule', 'Monitor').id),
  });
});

test('the monitor gets the Redis queues and the number of replicas, and times out after 10 s', () => {
  expect(monitor.properties).toMatchObject({ Timeout: 10, MemorySize: 256, Handler: 'index.handler' });
  const variables = variablesOf(monitor.properties);
  expect(parseSubscriptions(String(variables['MODEL_EVENTS_SUBSCRIPTIONS']))).toEqual(development.subscriptions);
  expect(variables).toMatchObject({
    MODEL_EVENTS_ENVIRONMENT: 'development',
    MODEL_EVENTS_MIN_REPLICA_ACKS: String(development.redis.replicas),
  });
});

function variablesOf(properties: Record<string, unknown>): Record<string, unknown> {
  return (properties['Environment'] as { Variables: Record<string, unknown> }).Variables;
}
