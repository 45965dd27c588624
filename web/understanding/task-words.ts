import type { VisionTask } from '../../protocol/models.ts'

type TaskWords = {
  title: string
  /** What it is good for, for people who do not know what a model is. */
  about: string
  /** What has become of a picture: `41,200 of 50,000 embedded`. */
  done: string
}

export const taskWords: Record<VisionTask, TaskWords> = {
  detect: {
    title: 'Things',
    about: 'Finds what is in a picture, such as dogs, cars and cups, and where it is.',
    done: 'looked through',
  },
  segment: {
    title: 'Outlines',
    about: 'Draws the exact outline of things, of those that were found and of what you point at.',
    done: 'outlined',
  },
  embed: {
    title: 'Meaning',
    about:
      'Learns what a picture is about, so that you can search in your own words and find pictures alike.',
    done: 'learned',
  },
  faces: {
    title: 'Faces',
    about: 'Finds faces and tells them apart, so that a person can be named once.',
    done: 'looked through for faces',
  },
}
