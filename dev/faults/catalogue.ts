/** All faults, in the order of their numbers. */
import type { Fault } from './fault';
import { cluster } from './scenarios/cluster';
import { crashes } from './scenarios/crashes';
import { credentials } from './scenarios/credentials';
import { deliveries } from './scenarios/deliveries';
import { downstream } from './scenarios/downstream';
import { endingHandler } from './scenarios/ending-handler';
import { failovers } from './scenarios/failovers';
import { missingReplica } from './scenarios/missing-replica';
import { network } from './scenarios/network';
import { outbox } from './scenarios/outbox';
import { poison } from './scenarios/poison';
import { serverState } from './scenarios/server-state';
import { time } from './scenarios/time';
import { upgrade } from './scenarios/upgrade';

export const faults: readonly Fault[] = [
  ...failovers,
  ...missingReplica,
  ...network,
  ...serverState,
  ...credentials,
  ...crashes,
  ...time,
  ...deliveries,
  ...outbox,
  ...poison,
  ...downstream,
  ...upgrade,
  ...cluster,
  ...endingHandler,
].toSorted((a, b) => a.number - b.number);
