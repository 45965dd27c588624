/** Words with which the name of the company begins and that of the brand ends. */
const corporate =
  /[\s,]+(?:corporation|corp\.?|company|co\.?|ltd\.?|inc\.?|imaging|camera|cameras|ag|gmbh|optical|electric|electronics?|techwin|technolog(?:y|ies)|digital|mobile|communications?)(?:[\s,].*)?$/i

/** Makes whose brand is none of their first words. */
const brands = new Map([
  ['eastman kodak', 'Kodak'],
  ['hmd global oy', 'Nokia'],
  ['hmd global', 'Nokia'],
])

/** The camera as people say it: `Canon` and `Canon EOS R6` are a `Canon EOS R6`, `NIKON CORPORATION` and `NIKON D70` a `Nikon D70`. */
export function cameraName(givenMake: string | null, givenModel: string | null): string | null {
  const make = givenMake === null ? null : shorten(givenMake)
  const model = givenModel === null ? null : shorten(givenModel)
  const brand = make === null ? null : brandOf(make)
  if (brand === null) return model
  if (model === null) return brand
  const begins =
    model.toLowerCase().startsWith(brand.toLowerCase()) && !/^[\p{L}\p{N}]/u.test(model.slice(brand.length))
  // `OM-1` of `OM Digital Solutions`: the brand is part of a word, so there is nothing to spell differently.
  if (begins) return /^(\s|$)/.test(model.slice(brand.length)) ? brand + model.slice(brand.length) : model
  return `${brand} ${model}`
}

/** No camera has a longer name; a hostile file has one of 64 kB. */
function shorten(text: string): string {
  return text.slice(0, 100).toWellFormed()
}

function brandOf(make: string): string {
  const short = make.replace(corporate, '').trim() || make
  return brands.get(short.toLowerCase()) ?? short.split(' ').map(spell).join(' ')
}

/** `FUJIFILM` and `samsung` as the others are written; `DJI`, `LGE` and `GoPro` stay. */
function spell(word: string): string {
  const isShouted = word.length > 3 && word === word.toUpperCase()
  const rest = isShouted ? word.slice(1).toLowerCase() : word.slice(1)
  return word.charAt(0).toUpperCase() + rest
}
