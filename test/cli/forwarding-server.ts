import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A server in front of an emulated account that changes the JSON answers of one action, as a newer AWS would. */
export async function startForwardingServer(
  target: string,
  action: string,
  change: (answer: Record<string, unknown>) => void,
): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const server: Server = createServer((request, response) => {
    void (async () => {
      const headers = { ...request.headers };
      for (const name of ['host', 'connection', 'content-length']) Reflect.deleteProperty(headers, name);
      const answer = await fetch(new URL(request.url ?? '/', target), {
        method: request.method ?? 'POST',
        headers: headers as Record<string, string>,
        body: new Uint8Array(await buffer(request)),
      });
      let text = await answer.text();
      if (headers['x-amz-target']?.toString().endsWith(`.${action}`) === true && answer.ok) {
        const content = JSON.parse(text) as Record<string, unknown>;
        change(content);
        text = JSON.stringify(content);
      }
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' }).end(text);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
