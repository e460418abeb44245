/** Each client alone on its queue: every cell of the table in docs/conformance.md is one of these tests. */
import { useRedis } from '../support/redis';
import { asConsumer, ConformanceRun } from './conformance-run';
import { testEveryScenario } from './every-scenario';

const redis = useRedis({ replica: true });
const run = new ConformanceRun(asConsumer(redis));

testEveryScenario(run);
