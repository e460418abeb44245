import { execFileSync } from 'node:child_process';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { modelRegistered, registrySource, smokeSource } from '../../../contract/event-source';
import { containerEnv } from '../../../contract/function-env';
import { writeConsumerFiles } from '../../../dev/local/consumer-files';
import { startPipeline, type Pipeline } from '../../../dev/local/pipeline';
import { readPipelineSettings, type PipelineSettings } from '../../../dev/local/synthesized-pipeline';
import { connect } from '../../../queue/connection';
import { development, inThrowAwayFolder, synthesized } from '../../lib/synthesized';
import { registered } from '../../support/events';

let settings: PipelineSettings;
let pipeline: Pipeline;
let client: EventBridgeClient;

beforeAll(async () => {
  settings = inThrowAwayFolder((folder) => {
    const file = join(folder, 'template.json');
    writeFileSync(file, JSON.stringify(synthesized().toJSON()));
    return readPipelineSettings(file);
  });
  pipeline = await startPipeline({ settings });
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  client = new EventBridgeClient({ endpoint: pipeline.bus.url, region: 'us-east-1', credentials });
});
afterAll(async () => {
  client.destroy();
  await pipeline.stop();
});

test('the local pipeline has the rules, the limits and the subscriptions of the synthesized template', () => {
  expect(settings.busName).toBe('hokusai-development');
  expect(settings.rules.map(({ name }) => name).sort()).toEqual(['model-registered', 'smoke']);
  expect(settings.buffer).toEqual({
    batchSize: development.publisher.batchSize,
    windowSeconds: development.publisher.maximumBatchingWindowSeconds,
    maxConcurrency: development.publisher.maximumConcurrency,
    visibilityTimeoutSeconds: development.buffer.visibilityTimeoutSeconds,
    maxReceiveCount: development.buffer.maxReceiveCount,
    redeliveries: { batchSize: 100, windowSeconds: 1, maxConcurrency: 5 },
  });
  expect(settings.publisher).toMatchObject({
    subscriptions: development.subscriptions,
    timeoutSeconds: development.publisher.timeoutSeconds,
  });
});

test('a registration sent with the SDK reaches every queue with every digit; events of other sources and invalid ones do not', async () => {
  const put = (Source: string, Detail: string) => ({
    EventBusName: settings.busName,
    Source,
    DetailType: modelRegistered,
    Detail,
  });
  const detail = JSON.stringify(registered()).replace('0.87', '0.870,"samples":9007199254740993');
  const { FailedEntryCount: failed } = await client.send(
    new PutEventsCommand({
      Entries: [
        put(registrySource, detail),
        put(registrySource, '{"model_id":"incomplete"}'),
        put(smokeSource, JSON.stringify(registered())),
        put('another.source', detail),
      ],
    }),
  );
  expect(failed).toBe(0);
  await pipeline.buffer.idle();

  const redis = await connect(pipeline.redis);
  for (const { queue } of settings.publisher.subscriptions) {
    const messages = await redis.lrange(queue, 0, -1);
    expect(messages).toHaveLength(1);
    expect(messages[0]).toContain('"current_value":0.870,"samples":9007199254740993');
  }
  expect(await redis.llen('model_events:dlq')).toBe(1);
  expect(await redis.llen('model_events:smoke')).toBe(1);
  redis.disconnect();
});

test('a shell that sources the file of a service has what its container has, and only its owner can read it', async () => {
  const { environmentFiles, tokenFile } = await writeConsumerFiles(pipeline.redis, settings.publisher.subscriptions);
  const { service, file = '' } = environmentFiles[1] ?? {};
  expect(service).toBe('hokusai-site');
  const text = execFileSync('/bin/sh', ['-c', '. "$0"; env', file], { env: {}, encoding: 'utf8' });
  expect(text.split('\n')).toEqual(
    expect.arrayContaining([
      `${containerEnv.redisHost}=localhost`,
      `${containerEnv.redisPort}=${pipeline.redis.port}`,
      `${containerEnv.redisAuthToken}=${pipeline.redis.token}`,
      `${containerEnv.queue}=model_events:site`,
      `NODE_EXTRA_CA_CERTS=${pipeline.redis.caFile}`,
    ]),
  );
  for (const path of [file, tokenFile]) expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('if the template is missing, the error contains the command that creates it', () => {
  expect(() => readPipelineSettings('/nowhere/ModelEvents-development.template.json')).toThrow('make synth');
});
