import { Kbd, Modal } from '@mantine/core'
import { Fragment } from 'react'
import styles from './shell.module.css'

const sheets = [
  {
    title: 'Judge pictures: in the viewer the one you see, among the photos all that you have selected',
    keys: [
      [['0', '…', '5'], 'No stars, or 1 to 5 stars'],
      [['X'], 'Reject: a mark only; nothing is deleted'],
      [['P'], 'Pick: one star for what has none or was rejected'],
      [['U'], 'Unrated: takes stars, or the rejection, away'],
      [['6', '7', '8', '9'], 'Red, yellow, green, blue; the same again takes it away'],
      [['F'], 'Favourite, and again: no favourite'],
      [['A'], 'Go on to the next picture after each mark, or stay'],
      [['Ctrl Z'], 'Take back'],
      [['Ctrl ⇧ Z'], 'Do it again'],
      [['C'], 'Compare two: those selected, or this one and the next'],
    ],
  },
  {
    title: 'Photos',
    keys: [
      [['←', '→', '↑', '↓'], 'Move between pictures'],
      [['Space'], 'Select the picture, or not'],
      [['⇧ ←', '⇧ →'], 'Select all on the way'],
      [['D'], 'Select the whole day'],
      [['Esc'], 'Select nothing'],
      [['Enter', 'E'], 'Open the picture'],
      [['Home', 'End'], 'Newest or oldest picture'],
      [['Page ↑', 'Page ↓'], 'One screen up or down'],
    ],
  },
  {
    title: 'Viewer and comparison',
    keys: [
      [['←', '→'], 'Newer or older picture; in a comparison the first or the second'],
      [['Z'], 'Look closer, or at all of it'],
      [['+', '−'], 'Zoom in or out'],
      [['I'], 'Information'],
      [['O'], 'What was found in the picture, or only the picture'],
      [['M'], 'Outline something by pointing at it'],
      [['N'], 'Name people and things: draw a box, or change one'],
      [['S'], 'Pictures like this one'],
      [['G', 'Esc'], 'Back to the photos'],
    ],
  },
  {
    title: 'Everywhere',
    keys: [
      [['/'], 'Search'],
      [['?'], 'This list'],
    ],
  },
] as const

export default function ShortcutSheet({ onClose }: { onClose: () => void }) {
  return (
    <Modal
      opened
      onClose={onClose}
      title="Keyboard shortcuts"
      centered
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {sheets.map(({ title, keys }) => (
        <section key={title}>
          <h3 style={{ fontSize: 13, color: 'var(--ink-quiet)' }}>{title}</h3>
          <dl className={styles.keys}>
            {keys.map(([names, meaning]) => (
              <Fragment key={meaning}>
                <dt>
                  {names.map((name) => (
                    <Kbd key={name} mr={4}>
                      {name}
                    </Kbd>
                  ))}
                </dt>
                <dd>{meaning}</dd>
              </Fragment>
            ))}
          </dl>
        </section>
      ))}
    </Modal>
  )
}
