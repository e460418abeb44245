import type { Environment } from '../config/environment';

/** What the constructs need to know of an environment, besides its VPC and its Redis. `Environment` contains it. */
export type PipelineSettings = Omit<Environment, 'account' | 'region' | 'vpc' | 'redis' | 'services'>;
