import { Kbd, Modal } from '@mantine/core'
import { Fragment } from 'react'
import styles from './shell.module.css'

const sheets = [
  {
    title: 'Photos',
    keys: [
      [['←', '→', '↑', '↓'], 'Move between pictures'],
      [['Enter'], 'Open the picture'],
      [['Home'], 'Newest picture'],
      [['End'], 'Oldest picture'],
      [['Page ↑', 'Page ↓'], 'One screen up or down'],
    ],
  },
  {
    title: 'Viewer',
    keys: [
      [['←', '→'], 'Newer or older picture'],
      [['+', '−'], 'Zoom in or out'],
      [['0'], 'Fit on the screen'],
      [['I'], 'Information'],
      [['Esc'], 'Back to the photos'],
    ],
  },
  { title: 'Everywhere', keys: [[['?'], 'This list']] },
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
