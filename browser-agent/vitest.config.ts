import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    alias: {
      '#default-copy-store': fileURLToPath(
        new URL('./src/node/default-copy-store.ts', import.meta.url),
      ),
      '#default-websocket': fileURLToPath(
        new URL('./src/node/default-websocket.ts', import.meta.url),
      ),
    },
  },
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});
