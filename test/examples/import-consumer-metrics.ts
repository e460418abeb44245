import { emit } from '../../examples/consumer-metrics';

process.stdout.write(typeof emit);
