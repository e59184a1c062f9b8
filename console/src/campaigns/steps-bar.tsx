import { useText } from '../i18n/text.ts'
import { Icon } from '../ui/icon.tsx'

/** The way from a template to the review: where one is, what is done. */
export const StepsBar = ({ at, onGo }: { at: number; onGo: (step: number) => void }) => {
  const t = useText()
  return (
    <ol className="c-steps" aria-label={t.campaigns.guide}>
      {t.campaigns.wizardSteps.map((name, step) => (
        <li key={name} className={step === at ? 'c-step-now' : step < at ? 'c-step-done' : ''}>
          <button
            type="button"
            disabled={step >= at && step !== at}
            aria-current={step === at ? 'step' : undefined}
            onClick={() => onGo(step)}
          >
            <span className="c-step-number">{step < at ? <Icon name="check" size={13} /> : step + 1}</span>
            {name}
          </button>
        </li>
      ))}
    </ol>
  )
}
