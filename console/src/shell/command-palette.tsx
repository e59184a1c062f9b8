import './command-palette.css'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Modal } from 'antd'
import { useId, useState } from 'react'
import { listAudiences } from '../audiences/audience-calls.ts'
import { listCampaigns } from '../campaigns/campaign-calls.ts'
import { listCreatives } from '../creatives/creative-calls.ts'
import { guessIdentifier, searchCustomers } from '../customers/customer-calls.ts'
import { useText } from '../i18n/text.ts'
import { listOffers } from '../offers/offer-calls.ts'
import { setPreferences, usePreferences } from '../preferences.ts'
import { useCan } from '../session.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon, type IconName } from '../ui/icon.tsx'
import { useSettled } from '../ui/settled.ts'
import { overviewPlace, placeGroups } from './navigation.ts'

interface Choice {
  key: string
  icon: IconName
  title: string
  note: string
  run: () => unknown
}

/** Ctrl+K: go anywhere, do the common things, find a customer or an audience. */
export const CommandPalette = ({ onClose }: { onClose: () => void }) => {
  const t = useText()
  const can = useCan()
  const navigate = useNavigate()
  const fail = useFailureToast()
  const { language, mode } = usePreferences()
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const listId = useId()
  const words = text.trim()
  const settled = useSettled(words, 250)

  const found = useQuery({
    queryKey: ['customers', 'palette', settled],
    queryFn: ({ signal }) => searchCustomers({ search: guessIdentifier(settled), limit: 5, known: false }, signal),
    enabled: settled.length > 1 && can('customers.read'),
  })
  const audiences = useQuery({
    queryKey: ['audiences'],
    queryFn: ({ signal }) => listAudiences(signal),
    enabled: can('audiences.read'),
  })

  const named = settled.length > 1
  const campaigns = useQuery({
    queryKey: ['campaigns', 'palette', settled],
    queryFn: ({ signal }) => listCampaigns({ search: settled }, signal),
    enabled: named && can('campaigns.read'),
  })
  const creatives = useQuery({
    queryKey: ['creatives', 'palette', settled],
    queryFn: ({ signal }) => listCreatives({ search: settled }, signal),
    enabled: named && can('creatives.read'),
  })
  const offers = useQuery({
    queryKey: ['offers', 'palette', settled],
    queryFn: ({ signal }) => listOffers({ search: settled }, signal),
    enabled: named && can('offers.read'),
  })
  const searching = [found, campaigns, creatives, offers].some((query) => query.isFetching)

  const go = (to: string) => () => navigate({ to })
  const places: Choice[] = [overviewPlace, ...placeGroups.flatMap((group) => group.places)]
    .filter((place) => can(place.can))
    .map((place) => ({
      key: place.to,
      icon: place.icon,
      title: place.name(t),
      note: t.palette.page,
      run: go(place.to),
    }))
  const actions: Choice[] = [
    ...(can('audiences.write')
      ? [
          {
            key: 'newAudience',
            icon: 'plus',
            title: t.audiences.create,
            note: t.palette.action,
            run: go('/audiences/new'),
          } as const,
        ]
      : []),
    ...(can('campaigns.write')
      ? [
          {
            key: 'newCampaign',
            icon: 'plus',
            title: t.campaigns.create,
            note: t.palette.action,
            run: go('/campaigns/new'),
          } as const,
        ]
      : []),
    ...(can('creatives.write')
      ? [
          {
            key: 'newCreative',
            icon: 'plus',
            title: t.creatives.create,
            note: t.palette.action,
            run: go('/creatives/new'),
          } as const,
        ]
      : []),
    ...(can('imports.write')
      ? [
          {
            key: 'newImport',
            icon: 'upload',
            title: t.imports.create,
            note: t.palette.action,
            run: go('/imports/new'),
          } as const,
        ]
      : []),
    {
      key: 'language',
      icon: 'language',
      title: t.palette.switchLanguage,
      note: t.palette.action,
      run: () => setPreferences({ language: language === 'zh' ? 'en' : 'zh' }).catch(fail),
    },
    {
      key: 'theme',
      icon: mode === 'dark' ? 'sun' : 'moon',
      title: mode === 'dark' ? t.palette.light : t.palette.dark,
      note: t.palette.action,
      run: () => setPreferences({ theme: mode === 'dark' ? 'light' : 'dark' }),
    },
    { key: 'account', icon: 'users', title: t.nav.account, note: t.palette.page, run: go('/account') },
  ]
  // The key of a page is its address: its English name fits whatever the language.
  const fits = (choice: Choice) => `${choice.title} ${choice.key}`.toLowerCase().includes(words.toLowerCase())
  const choices: Choice[] = [
    ...(words === '' ? [] : (found.data?.items ?? [])).map((customer) => ({
      key: customer.id,
      icon: 'customers' as const,
      title: [customer.display.name, customer.display.phone].filter(Boolean).join(' · ') || customer.id,
      note: t.palette.customer,
      run: () => navigate({ to: '/customers/$id', params: { id: customer.id } }),
    })),
    ...(words === '' ? [] : (audiences.data?.items ?? []))
      .filter((audience) => audience.name.toLowerCase().includes(words.toLowerCase()))
      .slice(0, 5)
      .map((audience) => ({
        key: audience.id,
        icon: 'audiences' as const,
        title: audience.name,
        note: t.palette.audience,
        run: () => navigate({ to: '/audiences/$id', params: { id: audience.id } }),
      })),
    ...(named ? (campaigns.data?.campaigns ?? []) : []).slice(0, 5).map((campaign) => ({
      key: `campaign-${campaign.id}`,
      icon: 'campaign' as const,
      title: campaign.name,
      note: t.palette.campaign,
      run: () => navigate({ to: '/campaigns/$id', params: { id: String(campaign.id) } }),
    })),
    ...(named ? (creatives.data?.items ?? []) : []).slice(0, 5).map((creative) => ({
      key: `creative-${creative.id}`,
      icon: 'creative' as const,
      title: creative.name,
      note: t.palette.creative,
      run: () => navigate({ to: '/creatives/$id', params: { id: String(creative.id) } }),
    })),
    ...(named ? (offers.data?.items ?? []) : []).slice(0, 5).map((offer) => ({
      key: `offer-${offer.id}`,
      icon: 'offer' as const,
      title: offer.name,
      note: t.palette.offer,
      run: () => navigate({ to: '/offers/$id', params: { id: String(offer.id) } }),
    })),
    ...places.filter(fits),
    ...actions.filter(fits),
  ]
  const current = Math.min(at, choices.length - 1)

  const choose = (choice: Choice | undefined) => {
    if (!choice) return
    onClose()
    choice.run()
  }

  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      const step = event.key === 'ArrowDown' ? 1 : -1
      setAt((current + step + choices.length) % Math.max(1, choices.length))
    }
    // While an input method is composing, Enter confirms its word.
    if (event.key === 'Enter' && !event.nativeEvent.isComposing) choose(choices[current])
  }

  return (
    <Modal
      open
      onCancel={onClose}
      footer={null}
      closable={false}
      width={600}
      style={{ top: '12vh' }}
      styles={{ container: { padding: 0 } }}
      title={<span className="sr-only">{t.palette.title}</span>}
    >
      <div className="palette">
        <div className="palette-input">
          <Icon name="search" />
          <input
            // biome-ignore lint/a11y/noAutofocus: opened to type into
            autoFocus
            role="combobox"
            aria-expanded="true"
            aria-controls={listId}
            aria-activedescendant={choices[current] ? `${listId}-${current}` : undefined}
            aria-label={t.palette.title}
            placeholder={t.palette.placeholder}
            value={text}
            autoComplete="off"
            onChange={(event) => {
              setText(event.target.value)
              setAt(0)
            }}
            onKeyDown={onKeyDown}
          />
          <kbd>Esc</kbd>
        </div>
        <div className="palette-list" role="listbox" id={listId} aria-label={t.palette.title}>
          {choices.map((choice, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: keys go to the field, which names the chosen option
            // biome-ignore lint/a11y/useFocusableInteractive: the same
            <div
              key={choice.key}
              id={`${listId}-${index}`}
              role="option"
              aria-selected={index === current}
              className="palette-choice"
              onMouseMove={() => setAt(index)}
              onClick={() => choose(choice)}
              ref={index === current ? (element) => element?.scrollIntoView({ block: 'nearest' }) : undefined}
            >
              <Icon name={choice.icon} />
              <span>{choice.title}</span>
              <small>{choice.note}</small>
            </div>
          ))}
          {choices.length === 0 && <p className="palette-none">{searching ? t.ui.loading : t.palette.nothing}</p>}
        </div>
      </div>
    </Modal>
  )
}
