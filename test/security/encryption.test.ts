/** The templates encrypt everything that docs/security.md lists, with the key that it lists. */
import type { Template } from 'aws-cdk-lib/assertions';
import { arnOf, only, productionWithoutNat, synthesized, templatesOf } from '../lib/synthesized';

const pipeline = synthesized();
const { redis = pipeline } = templatesOf(productionWithoutNat);
const all = { pipeline, redis };

/** The properties of all resources of a type. */
const propertiesOf = (template: Template, type: string): Record<string, unknown>[] =>
  Object.values(template.findResources(type)).map(
    (resource) => (resource as { Properties: Record<string, unknown> }).Properties,
  );

test('all SQS queues are encrypted with the key of SQS', () => {
  const queues = propertiesOf(pipeline, 'AWS::SQS::Queue');
  expect(queues).toHaveLength(4);
  for (const queue of queues) {
    expect(queue).toMatchObject({ SqsManagedSseEnabled: true });
    expect(queue).not.toHaveProperty('KmsMasterKeyId');
  }
});

test('a created Redis is encrypted in transit and at rest, with the same key of its own as the secrets', () => {
  const key = only(redis, 'AWS::KMS::Key').id;
  expect(only(redis, 'AWS::ElastiCache::ReplicationGroup').properties).toMatchObject({
    TransitEncryptionEnabled: true,
    TransitEncryptionMode: 'required',
    AtRestEncryptionEnabled: true,
    KmsKeyId: arnOf(key),
  });
  const secrets = propertiesOf(redis, 'AWS::SecretsManager::Secret');
  // One for each user: publisher, operator, and two services.
  expect(secrets).toHaveLength(4);
  for (const secret of secrets) expect(secret).toMatchObject({ KmsKeyId: arnOf(key) });
});

test('the topics of the alarms are encrypted with a key of their own', () => {
  const key = only(pipeline, 'AWS::KMS::Key').id;
  const topics = propertiesOf(pipeline, 'AWS::SNS::Topic');
  expect(topics).toHaveLength(2);
  for (const topic of topics) expect(topic).toMatchObject({ KmsMasterKeyId: arnOf(key) });
});

test('every KMS key of the stacks is rotated', () => {
  for (const template of Object.values(all)) {
    for (const key of propertiesOf(template, 'AWS::KMS::Key')) expect(key).toMatchObject({ EnableKeyRotation: true });
  }
});

test.each([
  ['AWS::Events::EventBus', 'KmsKeyIdentifier'],
  ['AWS::Events::Archive', 'KmsKeyIdentifier'],
  ['AWS::Logs::LogGroup', 'KmsKeyId'],
  ['AWS::Lambda::Function', 'KmsKeyArn'],
])('%s sets no KMS key, so AWS encrypts it with its own', (type, property) => {
  const found = Object.values(all).flatMap((template) => propertiesOf(template, type));
  expect(found).not.toEqual([]);
  for (const each of found) expect(each[property] ?? '').toBe('');
});

test('no function has a secret in a variable, only the ARN of one', () => {
  const functions = Object.values(all).flatMap((template) => propertiesOf(template, 'AWS::Lambda::Function'));
  const names = functions.flatMap(({ Environment: environment }) =>
    Object.keys((environment as { Variables: object }).Variables),
  );
  expect(new Set(names.filter((name) => /TOKEN|SECRET|PASSWORD|CREDENTIAL/i.test(name)))).toEqual(
    new Set(['REDIS_AUTH_SECRET_ARN', 'REDIS_USER_SECRET_ARNS', 'AWS_ENDPOINT_URL_SECRETS_MANAGER']),
  );
});

test('the only function URL requires IAM authentication, and only AWS services may invoke functions', () => {
  expect(only(pipeline, 'AWS::Lambda::Url').properties).toMatchObject({ AuthType: 'AWS_IAM' });
  // Principals that a resource policy allows.
  expect(propertiesOf(pipeline, 'AWS::Events::EventBusPolicy')).toEqual([]);
  const callers = Object.values(all).flatMap((template) => propertiesOf(template, 'AWS::Lambda::Permission'));
  for (const { Principal: principal } of callers) {
    expect(['events.amazonaws.com', 'secretsmanager.amazonaws.com']).toContain(principal);
  }
});
