import type { AlarmSettings } from '../config/environment';
import type { HealthThresholds } from '../contract/health-thresholds';

/** What sets off an alarm of a queue is a warning of its health check: one number for both. */
export function healthThresholdsOf(alarms: AlarmSettings): HealthThresholds {
  return {
    backlogMessages: alarms.queueDepth,
    backlogSeconds: alarms.oldestMessageSeconds,
    claimSeconds: alarms.oldestClaimSeconds,
    deadLetters: alarms.deadLetters,
  };
}
