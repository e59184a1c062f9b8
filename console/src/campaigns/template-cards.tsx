import { useText } from '../i18n/text.ts'
import { Icon, type IconName } from '../ui/icon.tsx'
import { type TemplateKey, templateKeys } from './template-keys.ts'

const icons: Record<TemplateKey, IconName> = {
  abandoned: 'event',
  due: 'calendar',
  dormant: 'flask',
  birthday: 'gift',
  blank: 'plus',
}

/** Campaigns to begin with. */
export const TemplateCards = ({
  value,
  onChoose,
}: {
  value?: TemplateKey | undefined
  onChoose: (key: TemplateKey) => void
}) => {
  const t = useText()
  const words = t.campaigns
  return (
    <div className="c-templates" role="group" aria-label={words.wizardSteps[0]}>
      {templateKeys.map((key) => (
        <button
          key={key}
          type="button"
          className="c-template"
          aria-pressed={value === key}
          onClick={() => onChoose(key)}
        >
          <span className="c-template-icon">
            <Icon name={icons[key]} size={20} />
          </span>
          <span className="strong">{words.templates[key]}</span>
          <span className="muted small">{words.templateHints[key]}</span>
        </button>
      ))}
    </div>
  )
}
