/** Which parts of a task definition may be printed. */
import { containerEnv, producerEnv } from '../../contract/function-env';

/** Replaces a value that may be secret. */
export const hidden = '(not shown)';

/** Variables that hold only names. The host is not among them: it may be a URL that contains the token. */
export const visibleVariables: readonly string[] = [containerEnv.queue, producerEnv.eventBus];
