import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** Builds the page that the relay serves at `/`: every asset beside it, addressed relatively. */
export default defineConfig({
  root: path('.'),
  base: './',
  // PGlite's warnings about eval are not ours to mend; errors still stop the build
  logLevel: 'error',
  resolve: {
    alias: {
      '#default-copy-store': path('../src/default-copy-store.ts'),
      '#default-websocket': path('../src/default-websocket.ts'),
    },
  },
  // PGlite finds its WebAssembly and its data by `new URL(…, import.meta.url)`.
  optimizeDeps: { exclude: ['@electric-sql/pglite'] },
  build: {
    outDir: path('../dist-web'),
    emptyOutDir: true,
    target: 'es2022',
    // A strict Content-Security-Policy allows no data: URLs.
    assetsInlineLimit: 0,
  },
  worker: { format: 'es' },
});
