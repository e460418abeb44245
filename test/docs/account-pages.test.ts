/** Runs every block of the pages for deployment and operation, unchanged, in an emulated account. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DeleteServiceCommand, ECSClient } from '@aws-sdk/client-ecs';
import { DescribeReplicationGroupsCommand, ElastiCacheClient } from '@aws-sdk/client-elasticache';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { readEnvironment } from '../../config/read-environment';
import { serviceImageParameter } from '../../contract/parameter-names';
import { development } from '../cli/development';
import { useOperatedAccount } from '../runbook/deployed-account';
import type { OperatorShell } from '../runbook/operator-shell';
import { registered } from '../support/events';
import { makeClone } from './clone';
import { type Block, blocksIn, placeOf } from './pages';
import { missingLines } from './output-match';

jest.setTimeout(300_000);

const deployment = 'docs/deployment.md';
const troubleshooting = 'docs/troubleshooting.md';
/** The sections of the page that deploy the pipeline. */
const pipeline = ['1. The configuration', '2. Check the account', '3. The pipeline'];
/** The output that the commands of a block must have. */
const expectedOutputs: readonly (readonly [command: RegExp, expected: RegExp])[] = [
  [/ doctor .*services-stack/, /All \d+ checks passed/],
  [/cdk bootstrap/, /Environment aws:\S+ bootstrapped/],
  [/cdk diff/, /Number of stacks with differences: 1/],
  [/cdk deploy/, /✅ /],
  [/cdk destroy/, /ModelEvents-development: destroyed/],
  [/ smoke /, /arrived in model_events:smoke/],
  [/ health /, /development: pass/],
  [/ ecs check /, /All \d+ checks passed/],
  [/ token revoke /, /now accepts only the current token/],
  [/ status /, /hokusai-site +model_events:site +waiting/],
  [/ emit /, /Would send 3 registrations to bus/],
  [/ replay /, /Nothing was started/],
];

const clone = makeClone();
const the = useOperatedAccount({
  folder: clone.folder,
  deploy: async (shell) => {
    await shell.run([subnetGroup()]);
    for (const block of blocksIn(deployment, 'sh')) if (pipeline.includes(block.heading)) await run(shell, block);
  },
});
afterAll(() => clone.remove());

test('the commands of deployment.md write the configuration of the account and synthesize its templates', () => {
  const { vpc, redis, subscriptions } = development;
  const written = readEnvironment('development', join(clone.folder, 'config'));
  expect(written).toMatchObject({ vpc, redis, subscriptions });
  const template = readFileSync(join(clone.folder, 'cdk.out/ModelEvents-development.template.json'), 'utf8');
  expect(template).toContain('AWS::Events::Archive');
});

test('every command of troubleshooting.md succeeds', async () => {
  const { account } = the;
  await account.put(registered({ event_id: 'registration-4711' }));
  await account.deliverAll();
  // test/docs/local-pages.test.ts runs `make local`.
  const blocks = blocksIn(troubleshooting, 'sh').filter(({ text }) => !text.startsWith('make local'));
  for (const block of blocks) await run(account.shell, block);
});

test('every command of deployment.md after the deployment succeeds', async () => {
  const { account } = the;
  const blocks = blocksIn(deployment, 'sh', '').filter(({ heading }) => !pipeline.includes(heading));
  // The rotation of a created Redis never ends in the emulator, and later commands require a finished one.
  const rotated = blocks.filter(({ text }) => text.includes('rotate-secret'));
  const [end] = blocks.slice(-1);
  let output = '';
  for (const block of [...blocks.filter((each) => each !== end && !rotated.includes(each)), ...rotated, end]) {
    if (block === undefined) continue;
    if (block.language === '') {
      expect([placeOf(block), missingLines(block.text, output)]).toEqual([placeOf(block), []]);
      continue;
    }
    await before(block);
    // The services in this account have variables of their own, which the Services stack would remove.
    const losesVariables = block.text.includes(' ecs diff ');
    const work = (): Promise<string> => run(account.shell, block, losesVariables ? 1 : 0);
    output = await (block.text.includes(' smoke ') ? account.delivering(work) : work());
    if (losesVariables) expect(output).toContain('would be lost');
  }
});

test('a configuration with the subscription of deployment.md is valid', () => {
  const added = blocksIn(deployment, 'json').find(({ heading }) => heading.includes('subscription'));
  const folder = join(clone.folder, 'config');
  const written = JSON.parse(readFileSync(join(folder, 'development.json'), 'utf8')) as { subscriptions: object[] };
  written.subscriptions.push(JSON.parse(added?.text ?? '') as object);
  writeFileSync(join(folder, 'development.json'), JSON.stringify(written));
  expect(readEnvironment('development', folder).subscriptions).toHaveLength(development.subscriptions.length + 1);
});

/** Brings the account into the state that the block requires. */
async function before({ text }: Block): Promise<void> {
  const { account } = the;
  if (text.includes('cdk deploy') && text.includes('Services/')) {
    for (const { name, cluster, family } of development.services) {
      await account.api(SSMClient).send(
        new PutParameterCommand({
          Name: serviceImageParameter('development', name),
          Value: `${development.account}.dkr.ecr.us-east-1.amazonaws.com/${name}:1`,
          Type: 'String',
          Overwrite: true,
        }),
      );
      await account.api(ECSClient).send(new DeleteServiceCommand({ cluster, service: family, force: true }));
    }
  }
  if (text.includes('rotate-secret')) await account.enableRotation();
  // The emulator's modification ends after the next DescribeReplicationGroups.
  if (text.includes('--engine-version')) {
    await account.api(ElastiCacheClient).send(new DescribeReplicationGroupsCommand({}));
  }
}

/** Runs a block in the shell and returns its output. */
async function run(shell: OperatorShell, block: Block, expected = 0): Promise<string> {
  const [{ code, output } = { code: null, output: '' }] = await shell.run([block.text]);
  const missing = expectedOutputs.find(([command, text]) => command.test(block.text) && !text.test(output));
  if (code === expected && missing === undefined) return output;
  const what = missing === undefined ? `ended with ${code ?? 'a signal'}` : `did not print ${String(missing[1])}`;
  throw new Error(`${placeOf(block)} ${what}:\n${block.text}\n${output}`);
}

/** Creates the subnet group by which `init` finds the VPC of the existing Redis. */
function subnetGroup(): string {
  const subnets = development.vpc.privateSubnetIds.join(' ');
  const group = '--cache-subnet-group-name hokusai --cache-subnet-group-description Redis';
  return `aws elasticache create-cache-subnet-group ${group} --subnet-ids ${subnets}`;
}
