import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { functionEnv } from '../../contract/function-env';
import type { Action, Answer, Operation, Reply } from '../../contract/operations';
import { AwsError, type AwsJsonServer, startAwsJsonServer } from '../../local/aws-json-server';
import { type LocalFunction, startFunction } from '../../local/function-process';
import { localSecretArn, publisherEnvironment, secretStringOf } from '../../local/publisher-environment';
import { type LocalSecretsManager, startSecretsManager } from '../../local/secrets-manager';
import type { TestRedis } from '../support/redis';

/** The operations function's bundle, in a process of its own, with a buffer that keeps what it is sent. */
export interface TestOperations {
  /** Where SDKs invoke the function, as of Lambda. */
  readonly lambdaUrl: string;
  /** Bodies that the buffer got. */
  readonly buffered: string[];
  /** While this is set the buffer refuses. */
  bufferRefuses: boolean;
  /** Everything that the function logged. */
  readonly logs: Record<string, unknown>[];
  invoke(request: unknown): Promise<Reply>;
  /** The answer to an operation that succeeds. */
  ask<A extends Action>(operation: Operation & { readonly action: A }): Promise<Answer<A>>;
}

const bundle = join(__dirname, '../../dist/lambda/operations/index.mjs');

/** Starts the function before the first test; call it after `useRedis`. */
export function useOperations(redis: TestRedis): TestOperations {
  const started: { function?: LocalFunction; secrets?: LocalSecretsManager; sqs?: AwsJsonServer; lambda?: Server } = {};
  const logs: Record<string, unknown>[] = [];
  const invoke = async (request: unknown): Promise<Reply> => {
    if (started.function === undefined) throw new Error('the function is started before the first test');
    return (await started.function.invoke(request)) as Reply;
  };
  const the: TestOperations = {
    get lambdaUrl() {
      return `http://127.0.0.1:${(started.lambda?.address() as AddressInfo).port}`;
    },
    buffered: [],
    bufferRefuses: false,
    logs,
    invoke,
    ask: async <A extends Action>(operation: Operation & { readonly action: A }) => {
      const reply = (await invoke(operation)) as Reply<A>;
      if ('error' in reply) throw new Error(reply.error);
      return reply.answer;
    },
  };

  beforeAll(async () => {
    const secrets = await startSecretsManager({ [localSecretArn]: secretStringOf(redis.server.token) });
    const sqs = await startAwsJsonServer({
      service: 'The buffer',
      operations: {
        'AmazonSQS.SendMessage': ({ MessageBody: body }) => {
          if (the.bufferRefuses) throw new AwsError('AccessDenied', 'not authorized to perform: sqs:SendMessage');
          the.buffered.push(String(body));
          return { MessageId: 'm', MD5OfMessageBody: createHash('md5').update(String(body)).digest('hex') };
        },
      },
    });
    started.secrets = secrets;
    started.sqs = sqs;
    started.function = await startFunction({
      name: 'operations',
      bundle,
      timeoutSeconds: 18,
      environment: {
        ...publisherEnvironment(redis.server, secrets),
        [functionEnv.bufferUrl]: `${sqs.url}/123456789012/buffer`,
        AWS_ENDPOINT_URL_SQS: sqs.url,
      },
      onLog: (line) => line.startsWith('{') && logs.push(JSON.parse(line) as Record<string, unknown>),
    });
    started.lambda = createServer((request, response) => {
      const answer = async (): Promise<void> => {
        // …/functions/NAME/invocations
        const name = request.url?.split('/')[3];
        if (name !== 'hokusai-development-model-events-operations') {
          const headers = { 'x-amzn-errortype': 'ResourceNotFoundException' };
          response.writeHead(404, headers).end('{"Message":"Function not found"}');
          return;
        }
        response.end(JSON.stringify(await invoke(JSON.parse(await text(request)))));
      };
      answer().catch((error: unknown) => response.destroy(error as Error));
    });
    started.lambda.listen(0, '127.0.0.1');
    await once(started.lambda, 'listening');
  });
  beforeEach(() => {
    the.buffered.length = 0;
    the.bufferRefuses = false;
    logs.length = 0;
  });
  afterAll(async () => {
    started.lambda?.close();
    started.lambda?.closeAllConnections();
    await started.function?.stop();
    await started.sqs?.stop();
    await started.secrets?.stop();
  });
  return the;
}
