import { createReadStream } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Context } from 'koa'

const swaggerFolder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))

/** Files of the package that the page needs, and nothing else of it. */
const packageFiles: Record<string, string> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
}

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Hearth API</title>
<link rel="icon" href="/docs/favicon-32x32.png">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="api"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`

/** A file of its own, because the content security policy allows no inline script. */
const startScript = `SwaggerUIBundle({ url: '/api/openapi.json', dom_id: '#api', deepLinking: true })
`

/** Answers `/docs` and what its page loads; false when the path is none of them. For people who are signed in. */
export function answerDocs(context: Context): boolean {
  const name = /^\/docs\/([a-z0-9.-]*)$/.exec(context.path)?.[1]
  context.set('cache-control', 'no-cache')
  if (context.path === '/docs') context.redirect('/docs/')
  else if (name === '') send(context, 'text/html; charset=utf-8', page)
  else if (name === 'start.js') send(context, 'text/javascript; charset=utf-8', startScript)
  else if (name !== undefined && Object.hasOwn(packageFiles, name)) {
    context.type = packageFiles[name]!
    context.body = createReadStream(join(swaggerFolder, name))
  } else return false
  return true
}

function send(context: Context, type: string, body: string): void {
  context.type = type
  context.body = body
}
