import {
  type CSSVariablesResolver,
  createTheme,
  defaultVariantColorsResolver,
  type MantineColorsTuple,
  type VariantColorsResolver,
} from '@mantine/core'

/** Also read by `public/prepare.js`. */
export const COLOR_SCHEME_KEY = 'hearth-color-scheme'

/** The one accent. Shade 7 carries white text at 5.3 : 1, shade 5 dark text at 6 : 1. */
const ember: MantineColorsTuple = [
  '#fff3ec',
  '#ffe3d3',
  '#fdc6a6',
  '#f9a573',
  '#f28a4c',
  '#e9743a',
  '#d95f26',
  '#b8481a',
  '#963a16',
  '#742d12',
]

/** Warm greys: a cold grey beside a photograph tints it. */
const gray: MantineColorsTuple = [
  '#faf9f7',
  '#f4f2ee',
  '#eae7e1',
  '#dedad3',
  '#c9c4bb',
  '#a8a196',
  '#6b645c',
  '#524c45',
  '#37322d',
  '#1f1b18',
]

const dark: MantineColorsTuple = [
  '#ede9e4',
  '#cfc8bf',
  '#a79f95',
  '#857d74',
  '#453f38',
  '#332e29',
  '#24201d',
  '#141210',
  '#0f0d0c',
  '#0a0908',
]

/** White on the dark page's brighter ember would be 3 : 1. */
const variantColors: VariantColorsResolver = (input) => {
  const colors = defaultVariantColorsResolver(input)
  const isEmber = input.color === undefined || input.color === 'ember'
  return input.variant === 'filled' && isEmber ? { ...colors, color: 'var(--on-ember)' } : colors
}

export const theme = createTheme({
  colors: { ember, gray, dark },
  primaryColor: 'ember',
  primaryShade: { light: 7, dark: 5 },
  variantColorResolver: variantColors,
  black: '#1f1b18',
  white: '#ffffff',
  fontFamily:
    "-apple-system, BlinkMacSystemFont, 'Segoe UI Variable Text', 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', Arial, sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', Menlo, Consolas, 'Liberation Mono', monospace",
  defaultRadius: 'md',
  cursorType: 'pointer',
  focusRing: 'auto',
  respectReducedMotion: true,
  headings: { fontWeight: '600' },
})

/** Mantine's own placeholder, dimmed and error colours miss 4.5 : 1 on a warm page. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': '#fbfaf8',
    '--mantine-color-placeholder': '#6b645c',
    '--mantine-color-dimmed': '#6b645c',
    '--mantine-color-error': '#b3261e',
    '--mantine-color-anchor': '#a8400f',
  },
  dark: {
    '--mantine-color-body': '#141210',
    '--mantine-color-placeholder': '#a79f95',
    '--mantine-color-dimmed': '#a79f95',
    '--mantine-color-error': '#ff9a8f',
    '--mantine-color-anchor': '#f28a4c',
  },
})
