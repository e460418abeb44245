import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { Account } from '../../cli/account';

test('a call to a service that accepts connections and never answers ends with a timeout', async () => {
  const server = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const account = new Account({ region: 'us-east-1', localUrl: `http://127.0.0.1:${port}`, requestMs: 10 });
  try {
    await expect(account.client(STSClient).send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
      name: 'TimeoutError',
    });
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
