import { Match } from 'aws-cdk-lib/assertions';
import { arnOf, only, production, synthesized, templatesOf } from './synthesized';

const template = synthesized();
const buffer = only(template, 'AWS::SQS::Queue', 'IngressBuffer7');
const redeliveries = only(template, 'AWS::SQS::Queue', 'IngressRedeliveries');
const bufferDeadLetters = only(template, 'AWS::SQS::Queue', 'BufferDeadLetters');
const undeliverable = only(template, 'AWS::SQS::Queue', 'Undeliverable');
const queues = { buffer, redeliveries, bufferDeadLetters, undeliverable };

const day = 24 * 60 * 60;

test('the bus has the name that the registry sends to', () => {
  template.hasResourceProperties('AWS::Events::EventBus', { Name: 'hokusai-development' });
});

test.each([
  ['development', template, 'Delete'],
  ['production', templatesOf(production).pipeline, 'RetainExceptOnCreate'],
])(
  'the bus, its archive and the queues of %s have the deletion policy that fits: a mistaken destroy deletes nothing of production',
  (_, ofEnvironment, policy) => {
    const holding = ['AWS::Events::EventBus', 'AWS::Events::Archive', 'AWS::SQS::Queue'].flatMap((type) =>
      Object.values(ofEnvironment.findResources(type) as Record<string, { DeletionPolicy?: string }>),
    );
    expect(holding.map(({ DeletionPolicy }) => DeletionPolicy)).toEqual(Array.from({ length: 6 }, () => policy));
  },
);

test.each([
  ['model-registered', 'hokusai.registry'],
  ['smoke', 'hokusai.smoke'],
])(
  'the rule %s sends ModelRegistered of %s to the buffer, retries for a day, and dead-letters undeliverable events',
  (name, source) => {
    template.hasResourceProperties('AWS::Events::Rule', {
      Name: name,
      State: 'ENABLED',
      EventPattern: { source: [source], 'detail-type': ['ModelRegistered'] },
      Targets: [
        Match.objectEquals({
          Id: Match.anyValue(),
          Arn: arnOf(buffer.id),
          DeadLetterConfig: { Arn: arnOf(undeliverable.id) },
          RetryPolicy: { MaximumEventAgeInSeconds: day, MaximumRetryAttempts: 185 },
        }),
      ],
    });
  },
);

test('the bus has no third rule', () => {
  expect(rulesOfTheBus()).toHaveLength(2);
});

test('registrations are archived for the configured time, smoke events are not', () => {
  template.resourceCountIs('AWS::Events::Archive', 1);
  template.hasResourceProperties('AWS::Events::Archive', {
    SourceArn: arnOf(only(template, 'AWS::Events::EventBus').id),
    EventPattern: { source: ['hokusai.registry'], 'detail-type': ['ModelRegistered'] },
    RetentionDays: 30,
  });
});

test('registrations are kept 4 days, a batch is hidden 45 s, and what was returned once is delivered 1000 times from a queue of its own', () => {
  const waiting = { MessageRetentionPeriod: 4 * day, VisibilityTimeout: 45 };
  expect(buffer.properties).toMatchObject({
    ...waiting,
    RedrivePolicy: { deadLetterTargetArn: arnOf(redeliveries.id), maxReceiveCount: 1 },
  });
  expect(redeliveries.properties).toMatchObject({
    ...waiting,
    RedrivePolicy: { deadLetterTargetArn: arnOf(bufferDeadLetters.id), maxReceiveCount: 1000 },
  });
});

test('both dead letter queues keep messages for 14 days', () => {
  expect(bufferDeadLetters.properties['MessageRetentionPeriod']).toBe(14 * day);
  expect(undeliverable.properties['MessageRetentionPeriod']).toBe(14 * day);
});

test.each(Object.entries(queues))(
  "%s is encrypted with SQS's own key, so that a rule can write to it",
  (_, { properties }) => {
    expect(properties['SqsManagedSseEnabled']).toBe(true);
    expect(properties).not.toHaveProperty('KmsMasterKeyId');
  },
);

test.each(Object.entries(queues))('%s refuses requests without TLS', (_, { id }) => {
  template.hasResourceProperties('AWS::SQS::QueuePolicy', {
    Queues: [{ Ref: id }],
    PolicyDocument: {
      Statement: Match.arrayWith([
        {
          Effect: 'Deny',
          Principal: { AWS: '*' },
          Action: 'sqs:*',
          Resource: arnOf(id),
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
      ]),
    },
  });
});

test.each(Object.entries({ buffer, undeliverable }))(
  '%s accepts messages from the two rules of this account only',
  (_, { id }) => {
    expect(allowedInto(id)).toEqual([
      {
        Sid: 'RulesOfThisBus',
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: arnOf(id),
        Condition: {
          ArnEquals: {
            'aws:SourceArn': ['model-registered', 'smoke'].map(
              (rule) => `arn:aws:events:us-east-1:123456789012:rule/hokusai-development/${rule}`,
            ),
          },
          StringEquals: { 'aws:SourceAccount': '123456789012' },
        },
      },
    ]);
  },
);

test.each(Object.entries({ redeliveries, bufferDeadLetters }))(
  'no principal may send to %s: SQS itself moves messages there',
  (_, { id }) => {
    expect(allowedInto(id)).toEqual([]);
  },
);

test('a rule is created after the policies that allow it to write, since EventBridge does not retry a denied delivery', () => {
  for (const rule of rulesOfTheBus()) {
    expect(rule['DependsOn']).toEqual(
      expect.arrayContaining([
        only(template, 'AWS::SQS::QueuePolicy', 'IngressBufferPolicy').id,
        only(template, 'AWS::SQS::QueuePolicy', 'UndeliverablePolicy').id,
      ]),
    );
  }
});

/** Without the monitor's schedule, which is on the account's default bus. */
function rulesOfTheBus(): Record<string, unknown>[] {
  return Object.values(template.findResources('AWS::Events::Rule', { Properties: { EventBusName: Match.anyValue() } }));
}

function allowedInto(queueId: string): unknown[] {
  const policies = template.findResources('AWS::SQS::QueuePolicy', { Properties: { Queues: [{ Ref: queueId }] } });
  return Object.values(policies).flatMap((policy) => {
    const { PolicyDocument } = (policy as { Properties: { PolicyDocument: { Statement: { Effect: string }[] } } })
      .Properties;
    return PolicyDocument.Statement.filter(({ Effect }) => Effect === 'Allow');
  });
}
