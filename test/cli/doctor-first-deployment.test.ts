import { CreateArchiveCommand, CreateEventBusCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { DeleteParameterCommand } from '@aws-sdk/client-ssm';
import { clientOptions } from '../support/aws-account';
import { diagnose, useHealthyAccount } from './healthy-account';

const the = useHealthyAccount();

test('doctor reports an account that is not bootstrapped', async () => {
  await the.account.ssm.send(new DeleteParameterCommand({ Name: '/cdk-bootstrap/hnb659fds/version' }));
  const { code, findings } = await diagnose(the.account, 'first-deployment');
  expect(findings).toEqual([
    expect.objectContaining({ result: 'fail', remedy: 'npx cdk bootstrap aws://123456789012/us-east-1' }),
  ]);
  expect(code).toBe(1);
});

test('doctor reports a bus and an archive that a deleted stack left', async () => {
  const events = new EventBridgeClient(clientOptions(the.account.emulator));
  const { EventBusArn } = await events.send(new CreateEventBusCommand({ Name: 'hokusai-development' }));
  await events.send(
    new CreateArchiveCommand({ ArchiveName: 'hokusai-development-registrations', EventSourceArn: EventBusArn }),
  );
  const { findings } = await diagnose(the.account, 'first-deployment');
  expect(findings.map(({ result, found }) => `${result}: ${found}`)).toEqual([
    'fail: event bus hokusai-development exists, and the pipeline does not: its deployment fails on the name',
    'fail: archive hokusai-development-registrations exists, and the pipeline does not: its deployment fails on the name',
  ]);
});
