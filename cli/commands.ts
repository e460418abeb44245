/** Everything that `model-events` can do, in the order of its help. */
import type { Command } from './command';
import { doctor } from './commands/doctor';
import { ecsCheck } from './commands/ecs-check';
import { ecsDiff } from './commands/ecs-diff';
import { ecsWire } from './commands/ecs-wire';
import { init } from './commands/init';
import { smoke } from './commands/smoke';
import { tokenRevoke } from './commands/token-revoke';

export const commands: readonly Command[] = [init, doctor, smoke, ecsCheck, ecsWire, ecsDiff, tokenRevoke];
