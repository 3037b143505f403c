import preact from '@preact/preset-vite';
import { defineConfig } from 'vite';

/** Everything in files of our own host, nothing inline: the server's content security policy allows no more. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [preact()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
  },
});
