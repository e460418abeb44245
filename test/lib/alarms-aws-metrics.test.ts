/** The alarms on AWS's own metrics read the metrics of the resources that the templates create. */
import type { Template } from 'aws-cdk-lib/assertions';
import { type AlarmState, metricAlarms, stateOf } from '../support/alarm-evaluation';
import { createdRedis, development, only, production, synthesized, templatesOf } from './synthesized';

const template = synthesized();

test('the alarms on failed deliveries read the metrics of the rule of registrations, on its bus', () => {
  const { Name: name, EventBusName: bus } = only(template, 'AWS::Events::Rule', 'registered').properties;
  const busName = only(template, 'AWS::Events::EventBus').properties['Name'];
  expect(bus).toEqual({ Ref: only(template, 'AWS::Events::EventBus').id });
  for (const metric of ['InvocationsFailedToBeSentToDlq', 'FailedInvocations']) {
    expect(dimensionsOf(template, 'AWS/Events', metric)).toEqual([{ EventBusName: busName, RuleName: name }]);
  }
});

test('`alarms.scope` essential leaves out the objectives and the single nodes, and no other alarm', () => {
  const essential = synthesized({ alarms: { ...development.alarms, scope: 'essential' } });
  const namesIn = (of: Template): string[] =>
    [
      ...Object.values(of.findResources('AWS::CloudWatch::Alarm')),
      ...Object.values(of.findResources('AWS::CloudWatch::CompositeAlarm')),
    ].map(({ Properties }) => {
      const { AlarmName, CompositeAlarmName } = Properties as Record<string, unknown>;
      return JSON.stringify(AlarmName ?? CompositeAlarmName);
    });
  const left = namesIn(template).filter((name) => !namesIn(essential).includes(name));
  expect(
    left.filter((name) => !/-burn|redis-(cpu|connections|evictions|failover)|replica-lag|refused-logins/.test(name)),
  ).toEqual([]);
  expect(left.filter((name) => name.includes('-burn'))).toHaveLength(27);
});

test('each node of an imported and of a created Redis has alarms on its load, connections, evictions, lag and refused logins', () => {
  const group = only(createdRedis(), 'AWS::ElastiCache::ReplicationGroup').properties;
  const created = String(group['ReplicationGroupId']);
  expect(group['NumCacheClusters']).toBe(2);
  const nodes: [Template, string][] = [
    [template, 'hokusai-redis-development'],
    [templatesOf(production).pipeline, created],
  ];
  for (const [pipeline, id] of nodes) {
    for (const metric of [
      'EngineCPUUtilization',
      'CurrConnections',
      'Evictions',
      'ReplicationLag',
      'AuthenticationFailures',
    ]) {
      expect(dimensionsOf(pipeline, 'AWS/ElastiCache', metric)).toEqual([
        { CacheClusterId: `${id}-001` },
        { CacheClusterId: `${id}-002` },
      ]);
    }
  }
});

test('a failover alarms once, for the node that becomes the primary; a replaced node and a steady group do not', () => {
  const failover = (node: string) =>
    alarmsOn(template, 'AWS/ElastiCache', 'IsMaster').find(({ AlarmName }) => AlarmName.endsWith(node));
  const [first, second] = [failover('-001'), failover('-002')];
  if (first === undefined || second === undefined) throw new Error('a node has no alarm on its role');
  const states = (roles: readonly (readonly [one: number | undefined, two: number])[]): AlarmState[] =>
    [first, second].map((alarm, node) => {
      const nodeId = { CacheClusterId: `hokusai-redis-development-00${node + 1}` };
      const series = { namespace: 'AWS/ElastiCache', name: 'IsMaster', unit: 'Count', dimensions: nodeId };
      const points = roles.map((role, minute) => ({ ...series, atMs: minute * 60_000 + 1, value: role[node] }));
      const sent = points.filter(
        (point): point is (typeof points)[number] & { value: number } => 'value' in point && point.value !== undefined,
      );
      return stateOf(alarm, sent, roles.length * 60_000);
    });
  expect(
    states([
      [1, 0],
      [1, 0],
    ]),
  ).toEqual(['OK', 'OK']);
  expect(
    states([
      [1, 0],
      [0, 1],
    ]),
  ).toEqual(['OK', 'ALARM']);
  // The minutes after.
  expect(
    states([
      [1, 0],
      [0, 1],
      [0, 1],
    ]),
  ).toEqual(['OK', 'OK']);
  expect(
    states([
      [undefined, 1],
      [0, 1],
    ]),
  ).toEqual(['OK', 'OK']);
});

test('a replica more has alarms of its own', () => {
  const more = synthesized({ redis: { ...development.redis, replicas: 2 } });
  expect(dimensionsOf(more, 'AWS/ElastiCache', 'Evictions')).toHaveLength(3);
});

test('in cluster mode the nodes of each shard have alarms, and those of the queues name the tagged queues', () => {
  const cluster = { ...development.redis, clusterMode: true, shards: 2 } as typeof development.redis;
  const queues = ['{model_events}:audit', '{model_events:site}'];
  const subscriptions = queues.map((queue, index) => ({
    maxRetries: 3,
    plainLeaseSeconds: 900,
    service: `s-${index}`,
    queue,
  }));
  const template = synthesized({ redis: cluster, subscriptions, services: [] });
  const ids = ['0001-001', '0001-002', '0002-001', '0002-002'].map((node) => `hokusai-redis-development-${node}`);
  expect(dimensionsOf(template, 'AWS/ElastiCache', 'Evictions')).toEqual(ids.map((id) => ({ CacheClusterId: id })));
  const ofQueues = dimensionsOf(template, 'Hokusai/ModelEvents', 'DeadLetterDepth').map(
    (dimensions) => dimensions['Queue'],
  );
  expect(ofQueues).toEqual([...queues, '{model_events}']);
});

test('failed notifications of a topic are announced by the other topic', () => {
  const name = (part: string) => ({ 'Fn::GetAtt': [only(template, 'AWS::SNS::Topic', part).id, 'TopicName'] });
  const failing = alarmsOn(template, 'AWS/SNS', 'NumberOfNotificationsFailed');
  const announced = failing.map(({ AlarmName, Dimensions, AlarmActions }) => [
    AlarmName.replace('model-events-development-', ''),
    Dimensions[0]?.Value,
    AlarmActions,
  ]);
  expect(announced).toEqual([
    ['notifications-failed-pages', name('Pages'), [{ Ref: only(template, 'AWS::SNS::Topic', 'Tickets').id }]],
    ['notifications-failed-tickets', name('Tickets'), [{ Ref: only(template, 'AWS::SNS::Topic', 'Pages').id }]],
  ]);
});

function alarmsOn(pipeline: Template, namespace: string, metric: string) {
  return [...metricAlarms(pipeline).values()].filter(
    ({ Namespace, MetricName }) => Namespace === namespace && MetricName === metric,
  );
}

function dimensionsOf(pipeline: Template, namespace: string, metric: string): Record<string, unknown>[] {
  return alarmsOn(pipeline, namespace, metric).map(({ Dimensions }) =>
    Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, Value])),
  );
}
