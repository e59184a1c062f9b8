import { useText } from '../i18n/text.ts'
import { keyed } from '../ui/keyed.ts'
import { Notice } from '../ui/marks.tsx'
import { Blank } from '../ui/states.tsx'
import { isScript, type TaskDetail } from './task-shapes.ts'

/** What the customer answered and what was done, by question and item. */
export type Answers = Readonly<Record<string, string>>

/** Answers as a note keeps them. */
export const answersText = (answers: Answers): string =>
  Object.entries(answers)
    .map(([ask, answer]) => (answer === '' ? ask : `${ask} ${answer}`))
    .join('；')

/** The script as it reads for this person. */
export const ScriptView = ({
  task,
  answers,
  onAnswers,
}: {
  task: TaskDetail
  answers: Answers
  onAnswers: (answers: Answers) => void
}) => {
  const t = useText()
  const words = t.tasks
  if (task.scriptFault !== null) return <Notice tone="bad">{words.scriptFault}</Notice>
  const { script } = task
  if (!isScript(script)) return <Blank compact title={words.noScript} />
  const answer = (ask: string, value: string) => {
    const { [ask]: before, ...rest } = answers
    onAnswers(before === value ? rest : { ...rest, [ask]: value })
  }
  if (script.channel === 'branch')
    return (
      <div className="task-script">
        <section>
          <h3>{script.title}</h3>
          <p className="task-said">{script.text}</p>
        </section>
        {script.checklist.length > 0 && (
          <section>
            <h3>{words.checklist}</h3>
            {keyed(script.checklist).map(({ item, key }) => (
              <label key={key} className="task-check">
                <input type="checkbox" checked={answers[item] !== undefined} onChange={() => answer(item, '✓')} />
                <span>{item}</span>
              </label>
            ))}
          </section>
        )}
      </div>
    )
  return (
    <div className="task-script">
      <section>
        <h3>{words.opening}</h3>
        <p className="task-said">{script.opening}</p>
      </section>
      {keyed(script.blocks).map(({ item: { title, text }, key }) => (
        <section key={key}>
          <h3>{title}</h3>
          <p className="task-said">{text}</p>
        </section>
      ))}
      {script.questions.length > 0 && (
        <section>
          <h3>{words.questions}</h3>
          {keyed(script.questions).map(({ item: question, key }) => (
            <div key={key} className="task-question">
              <p className="task-said">{question.ask}</p>
              <fieldset className="task-chips" aria-label={question.ask}>
                {keyed(question.answers).map(({ item, key }) => (
                  <button
                    key={key}
                    type="button"
                    className="task-chip"
                    aria-pressed={answers[question.ask] === item}
                    onClick={() => answer(question.ask, item)}
                  >
                    {item}
                  </button>
                ))}
              </fieldset>
            </div>
          ))}
        </section>
      )}
      {script.never.length > 0 && (
        <section className="task-never">
          <h3>{words.never}</h3>
          <ul>
            {keyed(script.never).map(({ item, key }) => (
              <li key={key}>{item}</li>
            ))}
          </ul>
        </section>
      )}
      {script.closing !== '' && (
        <section>
          <h3>{words.closing}</h3>
          <p className="task-said">{script.closing}</p>
        </section>
      )}
    </div>
  )
}
