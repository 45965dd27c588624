import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import type { UserConfig } from 'vite'

/** Where `npx vite web` finds an API while somebody works on the pages: `web/dev/fake-server.ts`. */
const devServerUrl = 'http://127.0.0.1:4180'

/** Used by `scripts/build-web.ts` and by Vite's own command. */
const viteConfig: UserConfig = {
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [react()],
  build: {
    target: 'es2023',
    // `light-dark()` stays as it is: compiled for older browsers it would not follow the page's own switch.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    outDir: 'dist',
    emptyOutDir: true,
    // Not `assets/`: that is where the pages of single pictures live.
    assetsDir: 'static',
    // Inlined data URLs of scripts would break the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 900,
  },
  server: {
    proxy: { '/api': devServerUrl, '/socket.io': { target: devServerUrl, ws: true } },
  },
}

export default viteConfig
