import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import './ui/styles.ts'

const root = document.getElementById('root')
if (!root) throw new Error('The page has no #root element; the build of index.html is broken')
createRoot(root).render(<App />)
