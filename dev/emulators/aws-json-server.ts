/** A loopback HTTP server for AWS services that speak JSON 1.1: one POST, the operation in X-Amz-Target. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const contentType = 'application/x-amz-json-1.1';

/** What an operation throws to answer as the service does; SDKs turn it into an error of that name. */
export class AwsError extends Error {
  /**
   * @param type the name that SDKs show, such as `ResourceNotFoundException`; empty for an answer without a body, as a proxy gives it
   * @param status 400 for the caller's mistakes, 500 and above for the service's: SDKs retry the latter
   */
  constructor(
    readonly type: string,
    message: string,
    readonly status: number = 400,
  ) {
    super(message);
    this.name = 'AwsError';
  }
}

/** Answers one call; `input` is the parsed body. Returns what becomes the JSON answer, or throws an {@link AwsError}. */
export type AwsOperation = (input: Readonly<Record<string, unknown>>) => unknown;

export interface AwsJsonServerOptions {
  /** What people call it: in errors. */
  readonly service: string;
  /** By X-Amz-Target, such as `AWSEvents.PutEvents`. */
  readonly operations: Readonly<Record<string, AwsOperation>>;
  /** Loopback port. @default a free one */
  readonly port?: number;
  /** Largest request body. @default 16 MiB */
  readonly maximumBodyBytes?: number;
}

export interface AwsJsonServer {
  readonly port: number;
  /** For `--endpoint-url` and AWS_ENDPOINT_URL_<SERVICE>. */
  readonly url: string;
  /** From now on the listener gets what is no call of an AWS service: a browser's requests. */
  serveOthers(listener: RequestListener): void;
  stop(): Promise<void>;
}

/** Starts the server on 127.0.0.1 and, where it exists, ::1: `localhost` may mean either. */
export async function startAwsJsonServer(options: AwsJsonServerOptions): Promise<AwsJsonServer> {
  let others: RequestListener | undefined;
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    if (others !== undefined && request.headers['x-amz-target'] === undefined) {
      others(request, response);
      return;
    }
    void answer(request, options).then(
      (body) => send(response, 200, body),
      (error: unknown) => {
        const known = error instanceof AwsError;
        if (!known) console.error(error);
        const type = known ? error.type : 'InternalFailure';
        const message = error instanceof Error ? error.message : 'unknown';
        send(response, known ? error.status : 500, type === '' ? undefined : { __type: type, message });
      },
    );
  };
  const server = createServer(handle);
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  const second = createServer(handle);
  second.listen(port, '::1');
  const listening = await once(second, 'listening').then(
    () => true,
    () => false, // No IPv6 here, or the port is another program's there.
  );

  return {
    port,
    url: `http://localhost:${port}`,
    serveOthers: (listener) => (others = listener),
    stop: async () => {
      const closed = [server, ...(listening ? [second] : [])].filter((each) => each.listening);
      await Promise.all(
        closed.map(async (each) => {
          const close = once(each, 'close');
          each.close();
          each.closeAllConnections();
          await close;
        }),
      );
    },
  };
}

async function answer(request: IncomingMessage, options: AwsJsonServerOptions): Promise<unknown> {
  const body = await readBody(request, options.maximumBodyBytes ?? 16 * 1024 * 1024);
  const target = request.headers['x-amz-target'];
  const operation = typeof target === 'string' ? options.operations[target] : undefined;
  if (operation === undefined) {
    const supported = Object.keys(options.operations).join(', ');
    const asked = typeof target === 'string' ? target : `${request.method ?? ''} ${request.url ?? ''}`;
    throw new AwsError('UnknownOperationException', `${options.service} answers ${supported} only, not ${asked}`);
  }
  let input: unknown;
  try {
    input = JSON.parse(body);
  } catch {
    input = undefined;
  }
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw new AwsError(
      'SerializationException',
      `the body of ${String(target)} must be a JSON object (${contentType})`,
    );
  }
  return await operation(input as Record<string, unknown>);
}

async function readBody(request: IncomingMessage, maximumBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maximumBytes) {
      throw new AwsError('RequestEntityTooLargeException', `the request is larger than ${maximumBytes} bytes`, 413);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': contentType, 'x-amzn-requestid': randomUUID() });
  response.end(JSON.stringify(body));
}
