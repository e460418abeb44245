import type { AlarmSettings, AlarmThresholds, Environment } from '../config/environment';

/** Of a construct without `environmentName`. */
export const defaultEnvironmentName = 'production';

/** What the constructs need to know of an environment, besides its VPC and its Redis. `Environment` contains it. */
export interface PipelineSettings extends Omit<
  Environment,
  'account' | 'region' | 'tags' | 'permissionsBoundaryArn' | 'repository' | 'vpc' | 'redis' | 'services' | 'alarms'
> {
  readonly alarms: AlarmThresholds & Partial<AlarmSettings>;
}
