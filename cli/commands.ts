/** All commands of `model-events`, in the order of its help. */
import type { Command } from './command';
import { bufferRedrive } from './commands/buffer-redrive';
import { bufferStatus } from './commands/buffer-status';
import { completionFor } from './commands/completion';
import { depths } from './commands/depths';
import { dlqDiscard } from './commands/dlq-discard';
import { dlqList } from './commands/dlq-list';
import { dlqRedrive } from './commands/dlq-redrive';
import { dlqShow } from './commands/dlq-show';
import { doctor } from './commands/doctor';
import { ecsCheck } from './commands/ecs-check';
import { ecsDiff } from './commands/ecs-diff';
import { ecsWire } from './commands/ecs-wire';
import { emit } from './commands/emit';
import { health } from './commands/health';
import { init } from './commands/init';
import { messagesList } from './commands/messages-list';
import { messagesShow } from './commands/messages-show';
import { pause } from './commands/pause';
import { logs } from './commands/logs';
import { processingList } from './commands/processing-list';
import { processingRelease } from './commands/processing-release';
import { replay } from './commands/replay';
import { replayCancel } from './commands/replay-cancel';
import { replayList } from './commands/replay-list';
import { resume } from './commands/resume';
import { smoke } from './commands/smoke';
import { status } from './commands/status';
import { tail } from './commands/tail';
import { tokenRevoke } from './commands/token-revoke';
import { userRevoke } from './commands/user-revoke';

const operating: readonly Command[] = [
  init,
  doctor,
  smoke,
  ecsCheck,
  ecsWire,
  ecsDiff,
  tokenRevoke,
  userRevoke,
  health,
  status,
  logs,
  depths,
  messagesList,
  messagesShow,
  tail,
  dlqList,
  dlqShow,
  dlqRedrive,
  dlqDiscard,
  processingList,
  processingRelease,
  pause,
  resume,
  bufferStatus,
  bufferRedrive,
  // Before `replay`, which would reject their second word as an argument.
  replayList,
  replayCancel,
  replay,
  emit,
];

export const commands: readonly Command[] = [...operating, completionFor(operating)];
