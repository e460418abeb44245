import type { Scenario } from '../scenario';
import { leaving } from './leaving';
import { settling } from './settling';
import { trouble } from './trouble';

/** All rows. Those that end the process come last, so that the others share one. */
export const scenarios: readonly Scenario[] = [...settling, ...trouble, ...leaving];
