/** What `make verify` checks: the model as it is, and with one part removed after the other. */

/** What a state of the model can violate, by the name in the comment behind its line in model.pml. */
export const properties: Readonly<Record<string, string>> = {
  lost: 'SQS has deleted a message that is in no list and that no consumer has acknowledged',
  copies: 'a message is published while it is in a list already',
  'two-holders': 'two consumers work on one message, and the lease of neither has ended',
  robbed: 'a consumer works within its lease, and its claim is not in Redis',
  stuck: 'a message is in processing without a lease',
  'claims-end': 'a claim never ends',
};

/** One run of the model checker. */
export interface Check {
  readonly name: string;
  /** Macros of model.pml. */
  readonly defines: readonly string[];
  /** Searches for cycles in which a claim never ends, instead of states that violate a property. */
  readonly liveness?: boolean;
  /** The property that must be violated. @default none: every property holds */
  readonly violates?: string;
}

/** The longest first. */
export const checks: readonly Check[] = [
  { name: 'safety: two messages, failover, loss of replicas', defines: ['FAILOVER'] },
  { name: 'safety: two messages, a foreign value, loss of replicas', defines: ['FOREIGN'] },
  { name: 'liveness: two messages, loss of replicas', defines: ['LIVENESS'], liveness: true },
  {
    name: 'liveness: one message, failover, a foreign value, loss of replicas',
    defines: ['LIVENESS', 'MESSAGES=1', 'FAILOVER', 'FOREIGN'],
    liveness: true,
  },
  { name: 'without WAIT', defines: ['NO_WAIT', 'FAILOVER'], violates: 'lost' },
  { name: 'without the EXPIRE of a duplicate', defines: ['NO_EXPIRE', 'FAILOVER'], violates: 'lost' },
  { name: 'without the nonce of a claim', defines: ['NO_NONCE'], violates: 'two-holders' },
  { name: 'without the check of types', defines: ['NO_TYPE_CHECK', 'FOREIGN'], violates: 'lost' },
  { name: 'without leases', defines: ['NO_LEASE'], violates: 'stuck' },
  {
    name: 'without reclaim',
    defines: ['NO_RECLAIM', 'LIVENESS', 'MESSAGES=1'],
    liveness: true,
    violates: 'claims-end',
  },
];
