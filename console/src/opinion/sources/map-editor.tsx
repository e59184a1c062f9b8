import { Button, Input, Select } from 'antd'
import { type FieldMap, type MappedField, mappedFields } from '../../../../src/opinion/sources/sources-contract.ts'
import { useText } from '../../i18n/text.ts'
import { Icon } from '../../ui/icon.tsx'

/** Which field of a post stands where. */
export const MapEditor = ({
  map,
  onChange,
  paths = [],
}: {
  map: FieldMap
  onChange: (map: FieldMap) => void
  /** Places that were seen, offered while typing. */
  paths?: readonly string[]
}) => {
  const words = useText().opinionSources
  const held = mappedFields.filter((field) => map[field] !== undefined)
  const free = mappedFields.filter((field) => map[field] === undefined)
  const without = (field: MappedField) => Object.fromEntries(Object.entries(map).filter(([name]) => name !== field))
  return (
    <div className="map-editor">
      <datalist id="seen-paths">
        {paths.map((path) => (
          <option key={path} value={path} />
        ))}
      </datalist>
      {held.map((field) => (
        <div key={field} className="map-row">
          <span className="map-name">{words.fields[field]}</span>
          <Input
            aria-label={words.fields[field]}
            list="seen-paths"
            className="mono"
            value={map[field] ?? ''}
            onChange={(event) => onChange({ ...map, [field]: event.target.value })}
          />
          <Button
            type="text"
            aria-label={words.removeField(words.fields[field])}
            icon={<Icon name="close" size={14} />}
            onClick={() => onChange(without(field))}
          />
        </div>
      ))}
      {free.length > 0 && (
        <Select<MappedField>
          aria-label={words.addField}
          placeholder={words.addField}
          value={null}
          showSearch={{ optionFilterProp: 'label' }}
          options={free.map((field) => ({ value: field, label: words.fields[field] }))}
          onChange={(field) => onChange({ ...map, [field]: '' })}
        />
      )}
    </div>
  )
}

/** Rows without a place say nothing. */
export const filledMap = (map: FieldMap): FieldMap =>
  Object.fromEntries(Object.entries(map).filter(([, rule]) => rule.trim() !== ''))
