import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button, Checkbox, Input, Popover } from 'antd'
import { useState } from 'react'
import type { SavedSearch } from '../../../../src/opinion/posts/post-contract.ts'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Icon } from '../../ui/icon.tsx'
import { Loaded } from '../../ui/states.tsx'
import { type ExplorerSearch, explorerSearch } from './explorer-search.ts'
import { countSearch, deleteSearch, listSearches, saveSearch } from './post-calls.ts'

/** Searches kept under a name, with what they find now. */
export const SavedSearches = ({
  search,
  onTake,
}: {
  search: ExplorerSearch
  onTake: (search: ExplorerSearch) => void
}) => {
  const t = useText()
  const words = t.posts
  const [open, setOpen] = useState(false)
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      trigger="click"
      placement="bottomRight"
      title={words.savedSearches}
      content={
        open && (
          <Content
            search={search}
            onTake={(taken) => {
              setOpen(false)
              onTake(taken)
            }}
          />
        )
      }
    >
      <Button icon={<Icon name="lists" size={16} />}>{words.savedSearches}</Button>
    </Popover>
  )
}

const Content = ({ search, onTake }: { search: ExplorerSearch; onTake: (search: ExplorerSearch) => void }) => {
  const t = useText()
  const words = t.posts
  const client = useQueryClient()
  const fail = useFailureToast()
  const { message } = App.useApp()
  const [name, setName] = useState('')
  const [shared, setShared] = useState(false)
  const list = useQuery({ queryKey: ['opinion', 'searches'], queryFn: ({ signal }) => listSearches(signal) })
  const { post: _post, ...query } = search
  const save = useMutation({
    mutationFn: ({ id, given }: { id?: number; given: { name: string; shared: boolean } }) =>
      saveSearch({ ...given, query: { ...query } }, id),
    onSuccess: (saved) => {
      client.setQueryData(['opinion', 'searches'], saved)
      setName('')
      void message.success(words.saved)
    },
    onError: fail,
  })
  const drop = useMutation({
    mutationFn: deleteSearch,
    onSuccess: () => client.invalidateQueries({ queryKey: ['opinion', 'searches'] }),
    onError: fail,
  })
  return (
    <div className="saved-searches">
      <Loaded query={list} lines={3} compact>
        {({ items }) =>
          items.length === 0 ? (
            <p className="muted">{words.noSaved}</p>
          ) : (
            <ul>
              {items.map((one) => (
                <li key={one.id}>
                  <button type="button" className="link-button" onClick={() => onTake(explorerSearch(one.query))}>
                    {one.name}
                  </button>
                  <span className="muted small">
                    {one.mine ? words.mine : words.sharedBy(one.ownerName)} · <Count search={one} />
                  </span>
                  {one.mine && (
                    <span className="row">
                      <button
                        type="button"
                        className="icon-button"
                        title={words.overwrite}
                        aria-label={words.overwrite}
                        onClick={() => save.mutate({ id: one.id, given: { name: one.name, shared: one.shared } })}
                      >
                        <Icon name="refresh" size={15} />
                      </button>
                      <button
                        type="button"
                        className="icon-button"
                        title={words.deleteSearch}
                        aria-label={words.deleteSearch}
                        onClick={() => drop.mutate(one.id)}
                      >
                        <Icon name="trash" size={15} />
                      </button>
                    </span>
                  )}
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (name.trim() !== '') save.mutate({ given: { name: name.trim(), shared } })
        }}
      >
        <Input
          aria-label={words.searchName}
          placeholder={words.searchName}
          value={name}
          maxLength={80}
          onChange={({ target }) => setName(target.value)}
        />
        <Checkbox checked={shared} onChange={({ target }) => setShared(target.checked)}>
          {words.shareSearch}
        </Checkbox>
        <Button htmlType="submit" type="primary" disabled={name.trim() === ''} loading={save.isPending}>
          {words.saveSearch}
        </Button>
      </form>
    </div>
  )
}

const Count = ({ search }: { search: SavedSearch }) => {
  const t = useText()
  const format = useFormats()
  const count = useQuery({
    queryKey: ['opinion', 'searches', search.id, search.changedAt],
    queryFn: ({ signal }) => countSearch(search.id, signal),
    staleTime: 30_000,
  })
  return <>{count.data ? t.posts.countOf(format.count(count.data.total), format.count(count.data.day)) : '…'}</>
}
