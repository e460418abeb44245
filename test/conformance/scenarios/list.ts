import type { Scenario } from '../scenario';
import { leaving } from './leaving';
import { settling } from './settling';
import { failures } from './failures';

/** All rows. Those that end the process come last, so that the others share one. */
export const scenarios: readonly Scenario[] = [...settling, ...failures, ...leaving];
