import vue from '@vitejs/plugin-vue'
import { fileURLToPath, URL } from 'node:url'
import { defineConfig, type Plugin } from 'vite'

// `script/web build` looks at work in progress: a file that isn't there yet becomes an empty one.
const loose = process.env.YINUO_WEB_LOOSE === '1'
const forgiving: Plugin = {
  name: 'forgiving',
  async resolveId(id, importer) {
    if (!loose || !/^[.@]\//.test(id) && !id.startsWith('..')) return null
    const found = await this.resolve(id, importer, { skipSelf: true })
    if (found) return found
    this.warn(`not there yet: ${id}`)
    return `\0missing:${id}`
  },
  load: (id) => (id.startsWith('\0missing:') ? { code: 'export default {}', moduleType: 'js' } : null),
}

// Two faces, built one after the other so that the portal carries nothing that only the console needs:
// index.html is the customer portal (`--mode portal`), app.html the console (`--mode console`). The
// server sends both under a strict Content-Security-Policy: nothing may need inline scripts or styles.
export default defineConfig(({ mode }) => ({
  plugins: [forgiving, vue()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  define: {
    __VUE_OPTIONS_API__: String(mode !== 'portal'), // Element Plus needs it
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
    rolldownOptions: { shimMissingExports: loose, input: mode === 'portal' ? ['index.html'] : ['app.html'] },
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
