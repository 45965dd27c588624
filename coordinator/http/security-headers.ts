import type { Middleware } from 'koa'
import helmet from 'koa-helmet'

/**
 * What the browser may do with an answer. No inline scripts anywhere; styles may be inline, because the
 * component library of the web app sets them. Nothing here depends on https: most homes have none, and a
 * browser told to upgrade would find nobody.
 */
export function securityHeaders(): Middleware {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        mediaSrc: ["'self'", 'blob:'],
        styleSrc: ["'self'", "'unsafe-inline'"],
        connectSrc: ["'self'", 'ws:', 'wss:'],
        workerSrc: ["'self'", 'blob:'],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: false,
    // The default sends no referrer at all; on plain HTTP it is one more sign of our own pages.
    referrerPolicy: { policy: 'same-origin' },
    // Browsers warn about these two on every plain HTTP page, and ignore them.
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
    crossOriginResourcePolicy: { policy: 'same-origin' },
  })
}
