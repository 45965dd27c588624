import { constants } from 'node:fs'
import { access, cp, mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { testEnvironment } from '../../../config/test-environment.ts'
import { generatePhotos } from '../../fixtures/generate-photos.ts'

const WIDTH_PX = 320
const HEIGHT_PX = 240

/** Fills a folder with small photos, always the same with the same times. They are made once and copied. */
export async function copyPhotos(folder: string, count: number): Promise<void> {
  const template = join(testEnvironment.cacheFolder, `fault-photos-${count}`)
  if (!(await exists(template))) await makeTemplate(template, count)
  await cp(template, folder, { recursive: true, preserveTimestamps: true, mode: constants.COPYFILE_FICLONE })
}

async function makeTemplate(template: string, count: number): Promise<void> {
  await mkdir(testEnvironment.cacheFolder, { recursive: true })
  const draft = await mkdtemp(`${template}-draft-`)
  await generatePhotos({ folder: draft, count, widthPx: WIDTH_PX, heightPx: HEIGHT_PX })
  try {
    await rename(draft, template)
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    // Another test was faster: its template is as good.
    if (!(await exists(template))) throw error
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
