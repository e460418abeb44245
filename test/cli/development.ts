import type { ImportedRedisSettings, ServiceSettings } from '../../config/environment';
import { readEnvironment } from '../../config/read-environment';

/** The configuration of the emulated account. */
export const development = readEnvironment('development');
export const redis = development.redis as ImportedRedisSettings;

/** One of its services. */
export function service(name: string): ServiceSettings {
  const found = development.services.find((each) => each.name === name);
  if (found === undefined) throw new Error(`development has no service ${name}`);
  return found;
}
