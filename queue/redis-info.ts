/** A replica as its primary sees it. */
export interface ReplicaInfo {
  /** `host:port`, as the primary knows it. */
  readonly address: string;
  /** Takes part in replication; a new one that still copies everything does not. */
  readonly online: boolean;
  /** Since it was last heard of. */
  readonly lagSeconds: number;
}

/** What a server says about itself in INFO, as far as operators ask for it. */
export interface RedisInfo {
  readonly memoryUsedBytes: number | undefined;
  /** Of `maxmemory`; undefined where the server has no limit. ElastiCache always has one. */
  readonly memoryUsedPercent: number | undefined;
  /** What is done when the memory is full, as in `noeviction`. CONFIG would say it too, but ElastiCache refuses CONFIG. */
  readonly evictionPolicy: string | undefined;
  readonly replicas: readonly ReplicaInfo[];
}

/** Reads the text of INFO with the sections `memory` and `replication`. What a server does not say is undefined. */
export function parseRedisInfo(text: string): RedisInfo {
  const fields = new Map(
    text.split(/\r?\n/).flatMap((line): [string, string][] => {
      const colon = line.indexOf(':');
      return colon < 1 || line.startsWith('#') ? [] : [[line.slice(0, colon), line.slice(colon + 1)]];
    }),
  );
  const used = numberIn(fields.get('used_memory'));
  const limit = numberIn(fields.get('maxmemory'));
  return {
    memoryUsedBytes: used,
    memoryUsedPercent: used === undefined || !limit ? undefined : (used / limit) * 100,
    evictionPolicy: fields.get('maxmemory_policy'),
    replicas: [...fields].flatMap(([name, value]) => (/^slave\d+$/.test(name) ? [replicaIn(value)] : [])),
  };
}

/** `ip=10.0.0.1,port=6379,state=online,offset=1,lag=0`, in any order, perhaps with more. */
function replicaIn(value: string): ReplicaInfo {
  const parts = Object.fromEntries(value.split(',').map((part) => part.split('=', 2) as [string, string]));
  return {
    address: `${parts['ip'] ?? '?'}:${parts['port'] ?? '?'}`,
    online: parts['state'] === 'online',
    lagSeconds: numberIn(parts['lag']) ?? 0,
  };
}

function numberIn(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}
