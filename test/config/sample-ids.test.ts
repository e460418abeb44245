import { readFileSync } from 'node:fs';
import { environmentNames } from '../../config/read-environment';
import { sampleAccount, sampleIds } from '../../config/sample-ids';
import { development, refused } from './configuration-file';

test.each(environmentNames('config'))(
  'every id in config/%s.json belongs to the sample account and is listed as a sample',
  (name) => {
    const text = readFileSync(`config/${name}.json`, 'utf8');
    const ids = text.match(/\b(?:vpc|subnet|sg)-[0-9a-f]+\b/g) ?? [];
    expect(ids.filter((id) => !sampleIds.includes(id))).toEqual([]);
    expect([...new Set(text.match(/\b\d{12}\b/g))]).toEqual([sampleAccount]);
  },
);

test('a sample id in any other account is refused, with the command that writes a file with the real ones', () => {
  const { problems, message } = refused(
    development((written) => {
      Object.assign(written, { account: '210987654321', redis: created });
    }),
  );
  expect(problems.map(({ path }) => path)).toEqual([
    'vpc.vpcId',
    'vpc.privateSubnetIds[0]',
    'vpc.privateSubnetIds[1]',
    ...[0, 1, 2, 3].map((index) => `services[${index}].securityGroupId`),
    'alarms.runbookUrl',
    'notifications.pages[0]',
    'notifications.tickets[0]',
    'services[0].targetGroupArn',
    ...[0, 1, 2, 3].map((index) => `services[${index}].taskRoleArn`),
  ]);
  expect(message).toContain(
    'vpc.vpcId: an id of account 210987654321; this one is a sample of this repository; got "vpc-0a1b2c3d4e5f60718". `npx model-events init -e development`',
  );
  expect(message).toContain('Write where the team reads docs/runbook.md');
});

const created = { source: 'created', nodeType: 'cache.t4g.small', replicas: 1 };
