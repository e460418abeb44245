/** Lambda's API: invokes the operations function, because the emulator runs no functions; the emulator answers other calls. */
import { text } from 'node:stream/consumers';
import { liveAlias } from '../../contract/operations';
import type { LocalFunction } from '../../dev/emulators/function-process';
import { forward, startTestServer, type TestServer } from '../support/http-server';

/**
 * @param name name of the deployed function
 * @param target undefined before it is deployed
 */
export function startLambdaEndpoint(
  name: string,
  target: () => Pick<LocalFunction, 'invoke'> | undefined,
  emulatorUrl: string,
): Promise<TestServer> {
  return startTestServer(async (request, response) => {
    const body = await text(request);
    if (request.url?.endsWith(`/functions/${name}/invocations?Qualifier=${liveAlias}`) === true) {
      const deployed = target();
      if (deployed === undefined)
        response.writeHead(404, { 'x-amzn-errortype': 'ResourceNotFoundException' }).end('{}');
      else response.end(JSON.stringify(await deployed.invoke(JSON.parse(body))));
      return;
    }
    const answer = await forward(request, body, emulatorUrl);
    const type = answer.headers.get('x-amzn-errortype');
    response.writeHead(answer.status, type === null ? {} : { 'x-amzn-errortype': type }).end(await answer.text());
  });
}
