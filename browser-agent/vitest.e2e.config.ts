import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['e2e/**/*.e2e.ts'],
    testTimeout: 60_000,
    // The first start of the relay may have to build it.
    hookTimeout: 300_000,
    // each file has a relay of its own; most of the time they wait
    maxWorkers: 3,
  },
});
