import './rail.css'
import { Link, useNavigate, useRouterState } from '@tanstack/react-router'
import { Dropdown } from 'antd'
import { useEffect, useId } from 'react'
import { useText } from '../i18n/text.ts'
import { useCan, useSignOut, useUser } from '../session.ts'
import { Brand } from '../ui/brand.tsx'
import { Icon } from '../ui/icon.tsx'
import { groupChoices, setGroupOpen, useGroupChoices } from './group-choices.ts'
import { liesIn, overviewPlace, type Place, type PlaceGroup, placeGroups } from './navigation.ts'

/** @param confined nothing but the account page may be opened yet */
export const Rail = ({ confined }: { confined: boolean }) => {
  const t = useText()
  const can = useCan()
  const open = (place: Place) => !confined && can(place.can)
  return (
    <>
      <Link className="brand" to="/" aria-label={t.brand}>
        <Brand />
      </Link>
      <nav className="nav" aria-label={t.shell.navigation}>
        {open(overviewPlace) && <PlaceLink place={overviewPlace} />}
        {placeGroups.map((group) => {
          const places = group.places.filter(open)
          return places.length > 0 && <Group key={group.key} group={group} places={places} />
        })}
      </nav>
      <UserMenu />
    </>
  )
}

/** A group of pages under its name, which opens and closes it; where one is, is always opened on the way in. */
const Group = ({ group, places }: { group: PlaceGroup; places: readonly Place[] }) => {
  const t = useText()
  const roles = useUser()?.roles ?? []
  const path = useRouterState({ select: (state) => state.location.pathname })
  const id = useId()
  const choice = useGroupChoices()[group.key]
  const here = places.some((place) => liesIn(path, place))
  const open = choice ?? (here || !group.openFor || group.openFor.some((role) => roles.includes(role)))

  useEffect(() => {
    if (here && groupChoices()[group.key] === false) setGroupOpen(group.key, true)
  }, [here, group.key])

  return (
    <div className="nav-group">
      <button
        type="button"
        className="nav-heading"
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setGroupOpen(group.key, !open)}
      >
        {t.nav.groups[group.key]}
        {!open && here && <span className="nav-here" />}
        <Icon name="down" size={14} />
      </button>
      <div id={id} hidden={!open}>
        {open && places.map((place) => <PlaceLink key={place.to} place={place} />)}
      </div>
    </div>
  )
}

const PlaceLink = ({ place }: { place: Place }) => {
  const t = useText()
  const here = useRouterState({ select: (state) => liesIn(state.location.pathname, place) })
  return (
    <Link
      className={here ? 'nav-link active' : 'nav-link'}
      to={place.to}
      activeOptions={{ exact: true }}
      {...(here && { 'aria-current': 'page' })}
    >
      <Icon name={place.icon} />
      {place.name(t)}
    </Link>
  )
}

const UserMenu = () => {
  const t = useText()
  const user = useUser()
  const navigate = useNavigate()
  const leave = useSignOut()
  if (!user) return null
  return (
    <Dropdown
      trigger={['click']}
      placement="topLeft"
      menu={{
        items: [
          { key: 'account', label: t.nav.account, icon: <Icon name="users" size={16} /> },
          { key: 'leave', label: t.nav.signOut, icon: <Icon name="out" size={16} /> },
        ],
        onClick: ({ key }) => (key === 'account' ? navigate({ to: '/account' }) : leave()),
      }}
    >
      <button type="button" className="rail-foot">
        <span className="avatar" aria-hidden="true">
          {user.name.slice(0, 1)}
        </span>
        <span>
          {user.name}
          <small>{user.roles.map((role) => t.roles[role]).join('、')}</small>
        </span>
        <Icon name="up" size={14} />
      </button>
    </Dropdown>
  )
}
