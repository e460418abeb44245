import { text } from 'node:stream/consumers';
import { forward, startTestServer, type TestServer } from '../support/http-server';

/** A server in front of an emulated account that changes the JSON answers of one action, as a newer AWS would. */
export function startForwardingServer(
  target: string,
  action: string,
  change: (answer: Record<string, unknown>) => void,
): Promise<TestServer> {
  return startTestServer(async (request, response) => {
    const answer = await forward(request, await text(request), target);
    let body = await answer.text();
    if (request.headers['x-amz-target']?.toString().endsWith(`.${action}`) === true && answer.ok) {
      const content = JSON.parse(body) as Record<string, unknown>;
      change(content);
      body = JSON.stringify(content);
    }
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' }).end(body);
  });
}
