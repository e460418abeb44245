/** Lambda's API: invokes the operations function, because the emulator runs no functions; the emulator answers other calls. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { LocalFunction } from '../../dev/emulators/function-process';

export interface LambdaEndpoint {
  readonly url: string;
  stop(): Promise<void>;
}

/** @param name name of the deployed function */
export async function startLambdaEndpoint(
  name: string,
  target: Pick<LocalFunction, 'invoke'>,
  emulatorUrl: string,
): Promise<LambdaEndpoint> {
  const server = createServer((request, response) => {
    const answer = async (): Promise<void> => {
      if (request.url?.endsWith(`/functions/${name}/invocations`) !== true) {
        await forward(request, response, emulatorUrl);
        return;
      }
      response.end(JSON.stringify(await target.invoke(JSON.parse(await text(request)))));
    };
    answer().catch((error: unknown) => response.destroy(error as Error));
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

/** The emulator knows the service from the signature's scope. */
async function forward(request: IncomingMessage, response: ServerResponse, emulatorUrl: string): Promise<void> {
  const body = await text(request);
  const answer = await fetch(`${emulatorUrl}${request.url ?? ''}`, {
    method: request.method ?? 'GET',
    headers: { authorization: request.headers.authorization ?? '' },
    ...(body === '' ? {} : { body }),
  });
  const type = answer.headers.get('x-amzn-errortype');
  response.writeHead(answer.status, type === null ? {} : { 'x-amzn-errortype': type }).end(await answer.text());
}
