/** `make local`: the pipeline kept running for developers of the services around it. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { modelRegistered, registrySource } from '../../contract/event-source';
import { localPortVariable } from '../../contract/local-pipeline';
import type { MaintenanceReport } from '../../queue/maintenance';
import { startConsole } from './console';
import { writeConsumerFiles, type ConsumerFiles } from './consumer-files';
import { keepLog } from './function-log';
import type { RoutedEvent } from '../emulators/event-bus';
import { startMaintenance } from './maintenance-loop';
import { superviseRedis } from './redis-supervision';
import { startPipeline, type Pipeline } from './pipeline';
import { readPipelineSettings, type PipelineSettings } from './synthesized-pipeline';

const defaultPort = 4510;
/** What a developer types to bring Redis back, or to have a failover. */
const redisCommand = `kill -USR2 ${process.pid}`;
/** The deployed monitor comes every minute; a developer does not want to wait for it. */
const maintenanceSeconds = 5;

const help = `Keeps the pipeline from PutEvents to the consumers' queues running on this machine.

  make local [ARGS="--port 4511"]

  --port <number>         port of the event bus on the loopback interface [${defaultPort}]
  --environment <name>    whose rules, subscriptions and limits: cdk.out/ModelEvents-<name>.template.json [development]
  --help                  this text

Ctrl-C ends everything; nothing is kept.`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: String(defaultPort) },
      environment: { type: 'string', default: 'development' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(help);
    return;
  }
  const port = Number(values.port);
  if (!/^\d+$/.test(values.port) || port > 65_535) {
    throw new Error(`--port must be a whole number from 0 (a free one) to 65535, got ${values.port}`);
  }

  // From here on a signal starts a clean shutdown. It may arrive twice, from the terminal and from a parent process.
  const interrupted = new Promise<void>((end) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => end());
  });

  const settings = readPipelineSettings(resolve('cdk.out', `ModelEvents-${values.environment}.template.json`));
  const pipeline = await startPipeline({
    settings,
    port,
    onLog: showLog,
    onEvent: showEvent,
    onFailure: showFailure,
  }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new Error(`port ${port} is taken: end what listens there, or choose another with --port`, { cause: error });
  });
  keepLog(pipeline);
  const { host, port: redisPort, token, ca } = pipeline.redis;
  const redis = { host, port: redisPort, token, ca };
  const page = startConsole({
    redis,
    subscriptions: settings.publisher.subscriptions,
    healthThresholds: settings.healthThresholds,
    sendToBuffer: (eventText) => pipeline.buffer.send(eventText),
    onAction: (line) => console.log(`console  ${line}`),
  });
  pipeline.bus.serveOthers(page.listener);
  const supervision = superviseRedis(pipeline.redis, redisCommand, (line) => console.log(`redis  ${line}`));
  process.on('SIGUSR2', () => void supervision.restart());
  const endMaintenance = startMaintenance({
    redis,
    queues: settings.publisher.subscriptions.map(({ queue }) => queue),
    everySeconds: maintenanceSeconds,
    onPass: showMaintenance,
    onError: (error) => console.log(`maintenance  ${error.message}`),
  });
  try {
    const files = await writeConsumerFiles(pipeline.redis, settings.publisher.subscriptions, pipeline.bus.url);
    console.log(instructions(settings, pipeline, files));
    await interrupted;
    console.log('Ending …');
  } finally {
    supervision.stop();
    await endMaintenance();
    await page.stop();
    await pipeline.stop();
  }
}

function instructions(settings: PipelineSettings, { bus, redis }: Pipeline, files: ConsumerFiles): string {
  const detail = {
    model_id: 'model-1',
    token_symbol: 'MODEL-1',
    metric_name: 'accuracy',
    baseline_value: 0.85,
    performance_data: { current_value: 0.9 },
    baseline_validated: true,
  };
  const entry = {
    EventBusName: settings.busName,
    Source: registrySource,
    DetailType: modelRegistered,
    Detail: JSON.stringify(detail),
  };
  const queues = settings.publisher.subscriptions.map(({ service, queue }) => `${queue} (${service})`).join(', ');
  const { port } = new URL(bus.url);
  const [{ file: firstFile } = { file: '' }] = files.environmentFiles;
  return `
Console:   ${bus.url}, health: ${bus.url}/health

Events:    PutEvents on ${bus.url}, bus ${settings.busName}. Any credentials do; from a shell:

  AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local \\
  aws events put-events --region us-east-1 --endpoint-url ${bus.url} --entries '${JSON.stringify([entry])}'

Messages:  ${queues}
  host ${redis.host}, port ${redis.port}, TLS with the authority ${redis.caFile}
  token in ${files.tokenFile}

A consumer's variables, as its container has them:

${files.environmentFiles.map(({ file }) => `  source ${file}`).join('\n')}

(Python trusts the authority after: export SSL_CERT_FILE="$NODE_EXTRA_CA_CERTS")

A failover of Redis, or Redis back when it is gone: ${redisCommand}

Next, in another terminal of this folder:

  1. ${port === String(defaultPort) ? '' : `export ${localPortVariable}=${port}; `}npx model-events depths --local --watch
  2. the console in a browser: ${bus.url}
  3. source ${firstFile}
     npx tsx examples/consumer.ts

Ctrl-C ends everything; nothing is kept.
`;
}

function showEvent({ id, source, detailType, busName, rules }: RoutedEvent): void {
  const end = rules.length === 0 ? `dropped: no rule on bus ${busName} wants it` : rules.join(', ');
  console.log(`event ${id}  ${source} ${detailType} → ${end}`);
}

function showMaintenance(queue: string, { requeued, deadLettered }: MaintenanceReport): void {
  if (requeued > 0) console.log(`maintenance  ${queue}: ${requeued} lost claims went back to the queue`);
  if (deadLettered > 0)
    console.log(`maintenance  ${queue}: ${deadLettered} claims lost once too often, now dead letters`);
}

function showLog(line: string): void {
  // Metrics go to CloudWatch and say nothing to a person.
  if (!line.includes('"_aws"')) console.log(`publisher  ${line}`);
}

function showFailure(messageIds: readonly string[], error?: Error): void {
  console.log(
    `failed: ${messageIds.length} of a batch will be delivered again after the visibility timeout. ${error?.message ?? ''}`,
  );
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
