/** HTTP servers of tests, in front of an emulated account or in its place. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface TestServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts a server on a free port of this machine. A request whose answer fails loses its connection. */
export async function startTestServer(
  answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): Promise<TestServer> {
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Sends a request on to another server. */
export function forward(request: IncomingMessage, body: string, targetUrl: string): Promise<Response> {
  const headers = { ...request.headers };
  for (const name of ['host', 'connection', 'content-length']) Reflect.deleteProperty(headers, name);
  return fetch(new URL(request.url ?? '/', targetUrl), {
    method: request.method ?? 'POST',
    headers: headers as Record<string, string>,
    ...(body === '' ? {} : { body }),
  });
}
