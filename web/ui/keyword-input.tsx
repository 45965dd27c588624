import { TextInput } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import { type KeyboardEvent, useState } from 'react'
import styles from './keyword-input.module.css'
import { isSameKeyword, keywordText, readKeyword } from './keyword-text.ts'

type KeywordInputProps = {
  label: string
  description?: string
  value: readonly (readonly string[])[]
  onChange: (value: string[][]) => void
}

/** Keywords as chips, and a field for the next one. */
export function KeywordInput({ label, description, value, onChange }: KeywordInputProps) {
  const [text, setText] = useState('')
  const [isWrong, setWrong] = useState(false)
  const all = value.map((path) => [...path])
  const add = () => {
    if (text.trim() === '') return
    const read = text.split(',').map(readKeyword)
    if (read.some((path) => path === undefined)) return setWrong(true)
    const fresh = (read as string[][]).filter((path) => !all.some((known) => isSameKeyword(known, path)))
    setText('')
    setWrong(false)
    onChange([...all, ...fresh])
  }
  const press = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && text.trim() !== '') {
      event.preventDefault()
      add()
    } else if (event.key === 'Backspace' && text === '' && all.length > 0) onChange(all.slice(0, -1))
  }
  return (
    <div>
      <TextInput
        label={label}
        description={description}
        value={text}
        autoComplete="off"
        error={isWrong ? 'A keyword is up to 256 characters long' : undefined}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={press}
        onBlur={add}
      />
      {all.length > 0 && (
        <ul className={styles.chips}>
          {all.map((path) => (
            <li key={path.join('|')}>
              {keywordText(path)}
              <button
                type="button"
                aria-label={`Take away ${keywordText(path)}`}
                onClick={() => onChange(all.filter((other) => !isSameKeyword(other, path)))}
              >
                <IconX size={14} stroke={2} />
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
