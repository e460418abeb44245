/** The cache that IAM authentication is for. Its ARN has all that a token is signed with. */

export interface IamCache {
  /** Signed, and the prefix of the action `Connect`. */
  readonly service: 'elasticache' | 'memorydb';
  readonly region: string;
  /** Replication group, Serverless cache, or cluster of MemoryDB. */
  readonly name: string;
  readonly isServerless: boolean;
}

/** Groups: service, region, kind and name, for ElastiCache and for MemoryDB. */
export const iamCachePattern =
  /^arn:aws[a-z-]*:(?:(elasticache):([a-z0-9-]+):\d{12}:(replicationgroup|serverlesscache):|(memorydb):([a-z0-9-]+):\d{12}:cluster\/)([a-z][a-z0-9-]*)$/;

/** What such an ARN is, for errors. */
export const iamCacheRule =
  'the ARN of a replication group, a Serverless cache or a MemoryDB cluster, as in arn:aws:elasticache:us-east-1:123456789012:replicationgroup:hokusai-redis';

/** @throws TypeError for another text than such an ARN */
export function iamCacheIn(arn: string): IamCache {
  const [, elastiCache, region, kind, , memoryDbRegion, name = ''] = iamCachePattern.exec(arn) ?? [];
  if (name === '') throw new TypeError(`the cache must be ${iamCacheRule}; got ${JSON.stringify(arn)}`);
  return {
    service: elastiCache === undefined ? 'memorydb' : 'elasticache',
    region: region ?? memoryDbRegion ?? '',
    name,
    isServerless: kind === 'serverlesscache',
  };
}

/** What a role must be allowed to connect as a user: on the cache and on the user. @param cacheArn may have parts that CDK resolves later */
export function connectRights(cacheArn: string, userId: string): { action: string; resource: string }[] {
  const ofMemoryDb = cacheArn.includes(':memorydb:');
  const action = `${ofMemoryDb ? 'memorydb' : 'elasticache'}:Connect`;
  const user = ofMemoryDb
    ? cacheArn.replace(/:cluster\/[^/]+$/, `:user/${userId}`)
    : cacheArn.replace(/:(?:replicationgroup|serverlesscache):[^:]+$/, `:user:${userId}`);
  return [cacheArn, user].map((resource) => ({ action, resource }));
}
