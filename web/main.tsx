import { createRoot } from 'react-dom/client'
import { config } from 'zod'
import { App } from './app.tsx'
import './ui/styles.ts'

// zod would try `new Function`, which the content security policy forbids and reports.
config({ jitless: true })

const root = document.getElementById('root')
if (!root) throw new Error('The page has no #root element; the build of index.html is broken')
createRoot(root).render(<App />)
