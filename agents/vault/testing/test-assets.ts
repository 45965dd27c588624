import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const repositoryRoot = fileURLToPath(new URL('../../../', import.meta.url))

/** The folder of real media for tests; it is no part of the project. */
export const assetsFolder = fileURLToPath(
  new URL(`${process.env.HEARTH_TEST_ASSETS ?? '../shared/assets'}/`, `file://${repositoryRoot}`),
).replace(/\/$/, '')

/** Why tests with real media are skipped here, or undefined when they can run. */
export const assetsMissing: string | undefined = existsSync(assetsFolder)
  ? undefined
  : `test media not found at ${assetsFolder}; set HEARTH_TEST_ASSETS to its folder`
