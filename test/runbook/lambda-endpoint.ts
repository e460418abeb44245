/** Lambda's Invoke API for the operations function, because the emulator runs no functions. */
import { once } from 'node:events';
import { createServer } from 'node:http';
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
): Promise<LambdaEndpoint> {
  const server = createServer((request, response) => {
    const answer = async (): Promise<void> => {
      if (request.url?.endsWith(`/functions/${name}/invocations`) !== true) {
        const headers = { 'x-amzn-errortype': 'ResourceNotFoundException' };
        response.writeHead(404, headers).end('{"Message":"Function not found"}');
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
