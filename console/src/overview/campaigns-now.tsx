import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { listCampaigns } from '../campaigns/campaign-calls.ts'
import { StateBadge } from '../campaigns/campaign-marks.tsx'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { Panel } from '../ui/page.tsx'
import { Blank, Loaded } from '../ui/states.tsx'

const refreshMs = 10_000
const most = 5

/** What runs now, each leading to what it brought. */
export const CampaignsNow = () => {
  const t = useText()
  const format = useFormats()
  const campaigns = useQuery({
    queryKey: ['campaigns', 'overview'],
    queryFn: ({ signal }) => listCampaigns({}, signal),
    refetchInterval: refreshMs,
  })
  return (
    <Panel title={t.campaigns.title} extra={<Link to="/campaigns">{t.ui.all}</Link>}>
      <Loaded query={campaigns} compact>
        {({ campaigns }) =>
          campaigns.length === 0 ? (
            <Blank compact title={t.overview.noCampaigns}>
              <Link to="/campaigns">{t.campaigns.title}</Link>
            </Blank>
          ) : (
            <ul className="campaigns-now">
              {campaigns.slice(0, most).map(({ id, name, state, liveVersion, inside, entered }) => (
                <li key={id}>
                  <div className="campaigns-now-head">
                    <Link
                      to="/campaigns/$id"
                      params={{ id: String(id) }}
                      search={liveVersion === null ? {} : { tab: 'effects' }}
                      className="health-name"
                    >
                      {name}
                    </Link>
                    <StateBadge state={state} />
                  </div>
                  {liveVersion !== null && (
                    <span className="muted small">
                      {t.overview.campaignPeople(format.count(entered), format.count(inside))}
                    </span>
                  )}
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Panel>
  )
}
