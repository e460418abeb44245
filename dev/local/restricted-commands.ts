/**
 * What AWS does not let a client run, by product, as Redis' ACL rules write it: `+client|list`. Sources: "Supported and restricted
 * Valkey, Memcached, and Redis OSS commands" (https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/SupportedCommands.html) and
 * "Restricted commands" (https://docs.aws.amazon.com/memorydb/latest/devguide/restrictedcommands.html), read on 2026-11-27. A
 * restricted command includes its subcommands. Both pages write `cluster addslot` and `cluster delslot` for ADDSLOTS and DELSLOTS.
 */
const everywhere = [
  ...['acl|deluser', 'acl|load', 'acl|save', 'acl|setuser', 'bgrewriteaof', 'bgsave', 'cluster|addslots'],
  ...['cluster|delslots', 'cluster|setslot', 'config', 'debug', 'migrate', 'psync', 'replicaof', 'save', 'shutdown'],
  ...['slaveof', 'sync'],
];

const restricted = {
  /** Node-based clusters of ElastiCache. */
  elasticache: [
    ...everywhere,
    ...['cluster|addslotsrange', 'cluster|bumpepoch', 'cluster|delslotsrange', 'cluster|failover'],
    ...['cluster|flushslots', 'cluster|forget', 'cluster|links', 'cluster|meet'],
  ],
  /** Beside those of node-based clusters. */
  serverless: [
    ...['acl|log', 'client|caching', 'client|getredir', 'client|id', 'client|info', 'client|kill', 'client|list'],
    ...['client|no-evict', 'client|pause', 'client|tracking', 'client|trackinginfo', 'client|unblock'],
    ...['client|unpause', 'cluster|count-failure-reports', 'commandlog', 'fcall', 'fcall_ro', 'function', 'keys'],
    ...['lastsave', 'latency', 'memory', 'monitor', 'move', 'object', 'pfdebug', 'pfselftest', 'psubscribe'],
    ...['pubsub|numpat', 'punsubscribe', 'script|kill', 'slowlog', 'swapdb', 'wait'],
  ],
  memorydb: [...everywhere, 'module'],
} as const;

/** What at least one of ElastiCache Serverless and MemoryDB does not have. */
export const restrictedCommands: readonly string[] = [...new Set(Object.values(restricted).flat())].sort();
