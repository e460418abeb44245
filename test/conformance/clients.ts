/** A client that the conformance tests run. */
export interface Client {
  /** Its name in the table. */
  readonly name: string;
  /** `library`: one of the packages; `plain`: BLMOVE and LREM by hand. */
  readonly kind: 'library' | 'plain';
  /** Its program and parameters, from the root of the repository; a `.ts` file runs on Node, a `.py` file on Python. */
  readonly program: readonly [string, ...string[]];
  /** Environment variables besides those that every client gets. */
  readonly variables?: Readonly<Record<string, string>>;
}

const pythonConsumer = 'clients/python/tests/consumer_process.py';

export const clients: readonly Client[] = [
  { name: 'Node', kind: 'library', program: ['test/conformance/consumer-process.ts'] },
  { name: 'Python', kind: 'library', program: [pythonConsumer, 'sync'] },
  { name: 'Python asyncio', kind: 'library', program: [pythonConsumer, 'asyncio'] },
  { name: 'plain', kind: 'plain', program: ['examples/plain_consumer.py'] },
];

export const plainClient = clients.find(({ kind }) => kind === 'plain') as Client;
