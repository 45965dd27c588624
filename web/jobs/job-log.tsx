import type { JobDetail } from '../../protocol/fleet.ts'
import styles from './jobs.module.css'

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })
const levelWords = { info: null, warn: 'Warning', error: 'Error' } as const

/** What was said while the job was worked on, try by try. */
export function JobLog({ job }: { job: JobDetail }) {
  if (job.log.length === 0) return <p className={styles.silent}>Nothing was said.</p>
  const tokens = [...new Set(job.log.map(({ fencingToken }) => fencingToken))]
  return tokens.map((token, at) => (
    <section key={token} aria-label={`Try ${at + 1}`}>
      {tokens.length > 1 && <h3 className={styles.tryHeading}>Try {at + 1}</h3>}
      <ol className={styles.log}>
        {job.log
          .filter(({ fencingToken }) => fencingToken === token)
          .map((line, index) => (
            // Lines are only ever added at the end, so the place is the name.
            <li key={index} data-level={line.level}>
              <time dateTime={line.at}>{clock.format(Date.parse(line.at))}</time>
              <span>
                {levelWords[line.level] && <strong>{levelWords[line.level]}: </strong>}
                {line.message}
              </span>
            </li>
          ))}
      </ol>
    </section>
  ))
}
