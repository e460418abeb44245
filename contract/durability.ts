/** What confirms a write to Redis. */
export const durabilities = ['replicas', 'engine', 'primary'] as const;
export type Durability = (typeof durabilities)[number];

/** The consequences that health and doctor report; none if a failover loses no confirmed write. */
export const durabilityNotes: Readonly<Record<Durability, readonly string[]>> = {
  replicas: [],
  engine: [],
  primary: ['redis.durability is "primary": a failover loses the newest messages, and SQS no longer has them'],
};
