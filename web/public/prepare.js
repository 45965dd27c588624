// zod would try `new Function`, which the content security policy forbids and reports. It asks here before
// the first schema is made, which happens before any of our modules could tell it.
globalThis.__zod_globalConfig = { jitless: true }

// Runs before the first paint so that a dark page never flashes light. The key is the one of ui/theme.ts.
;(() => {
  let chosen = null
  try {
    chosen = localStorage.getItem('hearth-color-scheme')
  } catch {
    // Storage may be forbidden; then the system decides.
  }
  const dark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light')
})()
