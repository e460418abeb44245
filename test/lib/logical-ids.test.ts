/** CloudFormation replaces a resource whose logical id changes, and what it holds is lost. */
import type { Template } from 'aws-cdk-lib/assertions';
import { createdRedis, synthesized } from './synthesized';

const idsOf = (template: Template, types: readonly string[]): string[] =>
  types.flatMap((type) => Object.keys(template.findResources(type))).sort();

test('bus, archive, queues, topics and the health URL of a deployed pipeline keep their logical ids', () => {
  const types = [
    'AWS::Events::EventBus',
    'AWS::Events::Archive',
    'AWS::SQS::Queue',
    'AWS::SNS::Topic',
    'AWS::Lambda::Url',
  ];
  expect(idsOf(synthesized(), types)).toEqual([
    'HealthFunctionFunctionUrlEB9CDE2E',
    'IngressArchiveDB84D565',
    'IngressBuffer7588E1E6',
    'IngressBufferDeadLetters0183DF43',
    'IngressBus802B3329',
    'IngressRedeliveries94342D99',
    'IngressUndeliverableB1747614',
    'NotificationsPagesD917CBD4',
    'NotificationsTickets3D5B4E40',
  ]);
});

test('a deployed Redis, its secrets, users and key keep their logical ids', () => {
  const types = ['AWS::ElastiCache::ReplicationGroup', 'AWS::SecretsManager::Secret', 'AWS::KMS::Key'];
  expect(idsOf(createdRedis(), [...types, 'AWS::ElastiCache::User', 'AWS::ElastiCache::UserGroup'])).toEqual([
    'RedisGroup88ACAA33',
    'RedisKey99F69F89',
    'RedisUsersGroupD7279E69',
    'RedisUsershokusaisite7C353436',
    'RedisUsershokusaisitesecret148B63C1',
    'RedisUsershokusaitokenC12EF698',
    'RedisUsershokusaitokensecretDF8818CD',
    'RedisUsersoperator8B6AD3C4',
    'RedisUsersoperatorsecret12F339B5',
    'RedisUserspublisherAB4C4DF1',
    'RedisUserspublishersecretA0129906',
  ]);
  expect(idsOf(createdRedis({ auth: 'token' }), types)).toEqual([
    'RedisAuthToken9E34F6A5',
    'RedisFirstToken1DE945CC',
    'RedisGroup88ACAA33',
    'RedisKey99F69F89',
  ]);
});
