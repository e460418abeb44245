/** A replica as its primary sees it. */
interface ReplicaInfo {
  /** `host:port`, as reported by the primary. */
  readonly address: string;
  /** False during the initial synchronization. */
  readonly online: boolean;
  /** Since its last acknowledgement. */
  readonly lagSeconds: number;
}

/** The fields of INFO that operators need. */
export interface RedisInfo {
  readonly memoryUsedBytes: number | undefined;
  /** Of `maxmemory`; undefined where the server has no limit. ElastiCache always has one. */
  readonly memoryUsedPercent: number | undefined;
  /** `maxmemory_policy`, as in `noeviction`; from INFO, since ElastiCache refuses CONFIG. */
  readonly evictionPolicy: string | undefined;
  readonly replicas: readonly ReplicaInfo[];
}

/** Parses INFO with the sections `memory` and `replication`. Missing fields are undefined. */
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
