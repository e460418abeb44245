import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { functionEnv } from '../../contract/function-env';
import { defaultHealthThresholds, formatHealthThresholds } from '../../contract/health-thresholds';
import {
  type Action,
  type Answer,
  liveAlias,
  type Operation,
  operationsFunctionName,
  type Reply,
} from '../../contract/operations';
import { AwsError, type AwsJsonServer, startAwsJsonServer } from '../../dev/emulators/aws-json-server';
import type { PublisherEnvironmentOptions } from '../../dev/local/publisher-environment';
import { type BundledFunction, type FunctionRedis, useBundledFunction } from '../support/bundled-function';

/** The bundled operations function, with a buffer that records messages. */
export interface TestOperations extends BundledFunction {
  /** Endpoint for SDKs to invoke the function. */
  readonly lambdaUrl: string;
  /** Message bodies that the buffer received. */
  readonly buffered: string[];
  /** If true, the buffer rejects messages. */
  bufferRefuses: boolean;
  invoke(request: unknown): Promise<Reply>;
  /** The answer to an operation that succeeds. */
  ask<A extends Action>(operation: Operation & { readonly action: A }): Promise<Answer<A>>;
}

/** Starts the function before the first test; call it after `useRedis`. */
export function useOperations(redis: FunctionRedis, options: PublisherEnvironmentOptions = {}): TestOperations {
  const started: { sqs?: AwsJsonServer; lambda?: Server } = {};
  const bundled = useBundledFunction(redis, {
    ...options,
    name: 'operations',
    timeoutSeconds: 18,
    variables: async () => {
      const { url } = (started.sqs = await startBuffer(the));
      return {
        [functionEnv.healthThresholds]: formatHealthThresholds(defaultHealthThresholds),
        // So that health has a note.
        [functionEnv.durability]: 'primary',
        [functionEnv.bufferUrl]: `${url}/123456789012/buffer`,
        AWS_ENDPOINT_URL_SQS: url,
      };
    },
  });
  const invoke = async (request: unknown): Promise<Reply> => (await bundled.function.invoke(request)) as Reply;
  const the = Object.defineProperty(
    Object.assign(bundled, {
      buffered: [] as string[],
      bufferRefuses: false,
      invoke,
      ask: async <A extends Action>(operation: Operation & { readonly action: A }) => {
        const reply = (await invoke(operation)) as Reply<A>;
        if ('error' in reply) throw new Error(reply.error);
        return reply.answer;
      },
    }),
    'lambdaUrl',
    { get: () => `http://127.0.0.1:${(started.lambda?.address() as AddressInfo).port}` },
  ) as TestOperations;

  beforeAll(async () => (started.lambda = await startLambda(invoke)));
  beforeEach(() => {
    the.buffered.length = 0;
    the.bufferRefuses = false;
  });
  afterAll(async () => {
    started.lambda?.close();
    started.lambda?.closeAllConnections();
    await started.sqs?.stop();
  });
  return the;
}

function startBuffer(the: Pick<TestOperations, 'buffered' | 'bufferRefuses'>): Promise<AwsJsonServer> {
  return startAwsJsonServer({
    service: 'The buffer',
    operations: {
      'AmazonSQS.SendMessage': ({ MessageBody: body }) => {
        if (the.bufferRefuses) throw new AwsError('AccessDenied', 'not authorized to perform: sqs:SendMessage');
        the.buffered.push(String(body));
        return { MessageId: 'm', MD5OfMessageBody: createHash('md5').update(String(body)).digest('hex') };
      },
    },
  });
}

const invocations = `/functions/${operationsFunctionName('development')}/invocations?Qualifier=${liveAlias}`;

/** Lambda's Invoke on a loopback port. */
async function startLambda(invoke: TestOperations['invoke']): Promise<Server> {
  const server = createServer((request, response) => {
    const answer = async (): Promise<void> => {
      if (request.url?.endsWith(invocations) !== true) {
        const headers = { 'x-amzn-errortype': 'ResourceNotFoundException' };
        response.writeHead(404, headers).end('{"Message":"Function not found"}');
        return;
      }
      response.end(JSON.stringify(await invoke(JSON.parse(await text(request)))));
    };
    answer().catch((error: unknown) => response.destroy(error as Error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
