/**
 * Faults of Redis and of the connection, for the Node and the Python package. `npm run generate` writes them into the Python
 * package. The beginning of the text decides: the rest may quote a key, a host or an argument. Both languages read the patterns.
 */

export interface Fault {
  readonly name: string;
  /** Of a reply with its error code first, or of the socket's error. */
  readonly pattern: string;
  /** What happened and what to check. */
  readonly hint: string;
  /** `reauthenticate`: read the secret again first. @default retry */
  readonly reaction?: 'reauthenticate';
  /** True if the connection can no longer be used, or leads to the wrong server. */
  readonly reconnect?: true;
}

export const redisFaults = [
  {
    name: 'secret-unreadable',
    pattern: '^cannot read the Redis token',
    reconnect: true,
    hint: 'check the function role, the key policy, and the network path to Secrets Manager',
  },
  {
    name: 'token-refused',
    pattern: '^(?:(?:WRONGPASS|NOAUTH) |ERR (?:invalid password|AUTH <password> called without|Client sent AUTH))',
    reaction: 'reauthenticate',
    reconnect: true,
    hint: 'the auth token was refused: compare the secret with the token of the replication group (was it rotated?)',
  },
  {
    name: 'aws-credentials',
    pattern: '^cannot sign the IAM token',
    reconnect: true,
    hint: 'check the role of the function or task: a token is signed with its credentials',
  },
  {
    name: 'iam-refused',
    pattern: '^IAM token refused: ',
    reaction: 'reauthenticate',
    reconnect: true,
    hint: "IAM authentication failed: check that the role may do Connect on the cache and on the user, that the user's authentication mode is IAM and its group is the cache's, REDIS_IAM_CACHE_ARN, REDIS_USERNAME, and the clock",
  },
  {
    name: 'not-permitted',
    pattern: "^(?:NOPERM |(?:ERR )?ACL failure in script: |ERR The user executing the script can't )",
    reaction: 'reauthenticate',
    reconnect: true,
    hint: 'the Redis user may not run this command: check its access string',
  },
  {
    name: 'cluster-mode',
    pattern:
      '^(?:CROSSSLOT |ERR Script attempted to access (?:a non local key|keys that do not hash to the same slot))',
    reconnect: true,
    hint: 'Redis runs in cluster mode: name the queues with a hash tag, as in {model_events} and {model_events}:site, and set redis.clusterMode',
  },
  {
    name: 'slot-moved',
    pattern: '^(?:MOVED|ASK) ',
    reconnect: true,
    hint: 'the nodes of the cluster name each other as the owner of the slot: wait for the failover or the migration to end',
  },
  {
    name: 'slot-migrating',
    pattern: '^TRYAGAIN ',
    hint: 'the slot is being moved to another node: wait for the migration to end',
  },
  {
    name: 'unknown-command',
    pattern: '^ERR [Uu]nknown (?:\\w+ )?(?:sub)?command',
    hint: 'the server does not know a command of this package: use Redis 7 or Valkey 7.2 or newer, without renamed commands',
  },
  {
    name: 'name-not-resolved',
    pattern: '^(?:getaddrinfo )?(?:ENOTFOUND|EAI_[A-Z]+)\\b',
    reconnect: true,
    hint: 'the host name does not resolve: check REDIS_HOST and the DNS settings of the VPC',
  },
  {
    name: 'connection-refused',
    pattern: '^(?:connect )?ECONNREFUSED\\b',
    reconnect: true,
    hint: 'nothing listens there: check REDIS_PORT and whether the node is up',
  },
  {
    name: 'connect-timeout',
    pattern: '^(?:connect ETIMEDOUT|(?:connect )?(?:EHOSTUNREACH|ENETUNREACH))\\b',
    reconnect: true,
    hint: 'no answer to the connection: check the security groups (port 6379 in both directions), subnets and routes',
  },
  {
    name: 'tls-timeout',
    pattern: '^TLS handshake timed out',
    reconnect: true,
    hint: 'the TCP connection works, but nothing answers: the node is paused or overloaded, or the port belongs to another program',
  },
  {
    name: 'no-tls',
    pattern:
      '^no TLS|^(?:ERR_SSL_|TLS: |(?:(?:read|write) )?EPROTO ).*(?:[Ww]rong version number|WRONG_VERSION_NUMBER|[Pp]acket length too long)',
    reconnect: true,
    hint: 'the server answers without TLS: enable encryption in transit, and check REDIS_PORT',
  },
  {
    name: 'certificate',
    pattern:
      '^(?:UNABLE_TO_(?:VERIFY|GET_ISSUER)|SELF_SIGNED_CERT|DEPTH_ZERO_SELF_SIGNED|TLS: .*(?:self-signed|self signed|unable to get (?:local )?issuer))',
    reconnect: true,
    hint: "the authority of the server's certificate is not trusted: name its PEM file in NODE_EXTRA_CA_CERTS or give the option redis.ca (Node), in SSL_CERT_FILE or the option ca_file (Python)",
  },
  {
    name: 'certificate',
    pattern: '^(?:ERR_TLS_|ERR_SSL_|TLS: |(?:(?:read|write) )?EPROTO |UNABLE_TO_|[A-Z_]*CERT[A-Z_]* )',
    reconnect: true,
    hint: 'the TLS handshake failed: enable encryption in transit, with a certificate for this host name',
  },
  {
    name: 'read-only',
    pattern: '^(?:READONLY|REDIRECT) ',
    reconnect: true,
    hint: 'this node is a replica now: a failover is under way, or REDIS_HOST is not the primary endpoint',
  },
  {
    name: 'loading',
    pattern: '^(?:LOADING|MASTERDOWN|UNBLOCKED|CLUSTERDOWN) ',
    reconnect: true,
    hint: 'the node is starting or changing its role: wait for the failover to end',
  },
  {
    name: 'out-of-memory',
    pattern: '^OOM ',
    hint: 'Redis is full: let the consumers drain the queues, or give it a larger node',
  },
  {
    name: 'writes-refused',
    pattern: '^(?:MISCONF|NOREPLICAS) ',
    hint: 'Redis refuses writes: check its snapshots and replicas',
  },
  {
    name: 'busy',
    pattern: '^(?:BUSY |(?:ERR )?max number of clients)',
    hint: 'Redis is busy or has too many clients: check the slow log and the number of connections',
  },
  {
    name: 'unknown-format',
    pattern: '^FORMAT ',
    hint: "update this package or function: another program has changed the queue's key format",
  },
  {
    name: 'wrong-type',
    pattern: '^WRONGTYPE ',
    hint: 'a key of the queue holds a value of another type: check it with TYPE and rename it',
  },
  {
    name: 'command-timeout',
    pattern: '^Command timed out',
    reconnect: true,
    hint: 'no reply in time: the node is overloaded, paused, or the connection is half open',
  },
  {
    name: 'connection-lost',
    pattern:
      "^(?:Connection is closed|Command aborted|Stream isn't writeable|(?:(?:read|write) )?(?:ECONNRESET|ECONNABORTED|ETIMEDOUT|EPIPE|ENOTCONN|ERR_STREAM_\\w+)\\b)",
    reconnect: true,
    hint: 'the connection was closed: a failover, a restart, or the network',
  },
] as const satisfies readonly Fault[];

/** Name of a fault, for health checks and metrics. */
export type FaultName = (typeof redisFaults)[number]['name'] | 'unknown';
