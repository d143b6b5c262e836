import vue from '@vitejs/plugin-vue'
import { fileURLToPath, URL } from 'node:url'
import { defineConfig } from 'vite'

// Two faces, built one after the other so that the portal carries nothing that only the console needs:
// index.html is the customer portal (`--mode portal`), app.html the console (`--mode console`). The
// server sends both under a strict Content-Security-Policy: nothing may need inline scripts or styles.
export default defineConfig(({ mode }) => ({
  plugins: [vue()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  define: {
    __VUE_OPTIONS_API__: 'false',
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
  },
  build: {
    outDir: process.env.YINUO_WEB_OUT ?? '../build/web',
    emptyOutDir: mode === 'portal', // the first of the two
    assetsInlineLimit: 0, // img-src allows data:, but a file can be cached
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
    reportCompressedSize: false,
    rolldownOptions: { input: mode === 'portal' ? ['index.html'] : ['app.html'] },
  },
  server: {
    proxy: Object.fromEntries(
      ['/api', '/log', '/public', '/demo', '/board', '/readyz'].map((path) => [
        path,
        { target: process.env.YINUO_SERVER ?? 'http://127.0.0.1:8080', changeOrigin: true },
      ]),
    ),
  },
}))
