/** What one node of a cluster knows about it. */
import type { Redis } from 'ioredis';

export async function isPrimary(client: Redis): Promise<boolean> {
  return ((await client.call('ROLE')) as string[])[0] === 'master';
}

export const shardsOf = async (client: Redis): Promise<number> =>
  ((await client.call('CLUSTER', 'SHARDS')) as unknown[]).length;

export async function ownsSlot(client: Redis, slot: number): Promise<boolean> {
  const line = (await linesOf(client)).find((each) => each.includes('myself')) ?? '';
  return slotsIn(line).some(([from, to]) => from <= slot && slot <= to);
}

/** The ids of the replicas of a primary. */
export async function replicaIds(client: Redis, primary: string): Promise<string[]> {
  const lines = (await linesOf(client)).map((line) => line.split(' '));
  return lines.flatMap(([id = '', , , of]) => (of === primary ? [id] : []));
}

/** Which node has which slots; undefined while it takes no writes. */
export async function slotOwners(client: Redis): Promise<string | undefined> {
  if (!String(await client.call('CLUSTER', 'INFO')).includes('cluster_state:ok')) return undefined;
  return (await linesOf(client))
    .map((line) => `${line.slice(0, 40)} ${JSON.stringify(slotsIn(line))}`)
    .sort()
    .join();
}

/** Of CLUSTER NODES, one for each known node. */
const linesOf = async (client: Redis): Promise<string[]> =>
  String(await client.call('CLUSTER', 'NODES'))
    .trim()
    .split('\n');

/** The slots at the end of a line of CLUSTER NODES, without those that move. */
function slotsIn(line: string): [from: number, to: number][] {
  return line
    .split(' ')
    .slice(8)
    .filter((range) => /^\d/.test(range))
    .map((range) => range.split('-').map(Number))
    .map(([from = 0, to = from]) => [from, to]);
}
