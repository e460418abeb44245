/** A real cluster of three primaries with a replica each, TLS and a password; all tests share it. */
import { useCluster } from '../support/cluster';
import { testConsumers } from './consumers';
import { testRedirections } from './redirections';
import { testRestricted } from './restricted';
import { testSlots } from './slots';

// The certificate does not cover 127.0.0.2.
const cluster = useCluster({ config: { bind: '127.0.0.1 127.0.0.2 -::1' } });

describe('queues in different slots', () => testSlots(cluster));
describe('without the commands that Serverless and MemoryDB do not have', () => testRestricted(cluster));
describe('a slot on another node', () => testRedirections(cluster));
describe('consumers', () => testConsumers(cluster));
