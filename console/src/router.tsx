import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router'
import { campaignSearch } from './campaigns/campaign-tabs.ts'
import { templateSearch } from './campaigns/template-keys.ts'
import { contentSearch } from './content-check/views.ts'
import { drillsSearch, newScenarioSearch } from './opinion/drills/drill-search.ts'
import { boardSearch } from './opinion/events/event-search.ts'
import { explorerSearch } from './opinion/posts/explorer-search.ts'
import { statementSearch } from './opinion/statements/statement-search.ts'
import { peopleSearch } from './quality/people-search.ts'
import { RouteFailure, RouteMissing, RoutePending } from './shell/route-states.tsx'
import { Shell } from './shell/shell.tsx'

const root = createRootRoute({ component: Outlet, notFoundComponent: RouteMissing })

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  // Only a path of our own: a link may not lead a freshly signed-in user elsewhere.
  validateSearch: (search: Record<string, unknown>): { next?: string } =>
    typeof search.next === 'string' && /^\/(?![/\\])/.test(search.next) ? { next: search.next } : {},
  component: lazyRouteComponent(() => import('./sign-in/sign-in-page.tsx'), 'SignInPage'),
})

const inside = createRoute({ getParentRoute: () => root, id: 'inside', component: Shell })

const overview = createRoute({
  getParentRoute: () => inside,
  path: '/',
  component: lazyRouteComponent(() => import('./overview/overview-page.tsx'), 'OverviewPage'),
})

const account = createRoute({
  getParentRoute: () => inside,
  path: '/account',
  component: lazyRouteComponent(() => import('./account/account-page.tsx'), 'AccountPage'),
})

const customers = createRoute({
  getParentRoute: () => inside,
  path: '/customers',
  component: lazyRouteComponent(() => import('./customers/customers-page.tsx'), 'CustomersPage'),
})
const conflicts = createRoute({
  getParentRoute: () => inside,
  path: '/customers/conflicts',
  component: lazyRouteComponent(() => import('./customers/conflicts-page.tsx'), 'ConflictsPage'),
})
const customer = createRoute({
  getParentRoute: () => inside,
  path: '/customers/$id',
  component: lazyRouteComponent(() => import('./customers/customer-page.tsx'), 'CustomerPage'),
})

const audiences = createRoute({
  getParentRoute: () => inside,
  path: '/audiences',
  component: lazyRouteComponent(() => import('./audiences/audiences-page.tsx'), 'AudiencesPage'),
})
const newAudience = createRoute({
  getParentRoute: () => inside,
  path: '/audiences/new',
  component: lazyRouteComponent(() => import('./audiences/audience-editor-page.tsx'), 'NewAudiencePage'),
})
const audience = createRoute({
  getParentRoute: () => inside,
  path: '/audiences/$id',
  component: lazyRouteComponent(() => import('./audiences/audience-page.tsx'), 'AudiencePage'),
})
const editAudience = createRoute({
  getParentRoute: () => inside,
  path: '/audiences/$id/edit',
  component: lazyRouteComponent(() => import('./audiences/audience-editor-page.tsx'), 'EditAudiencePage'),
})

const postSources = createRoute({
  getParentRoute: () => inside,
  path: '/opinion/sources',
  component: lazyRouteComponent(() => import('./opinion/sources/sources-page.tsx'), 'PostSourcesPage'),
})
const newPostSource = createRoute({
  getParentRoute: () => inside,
  path: '/opinion/sources/new',
  component: lazyRouteComponent(() => import('./opinion/sources/source-editor-page.tsx'), 'NewPostSourcePage'),
})
const postSource = createRoute({
  getParentRoute: () => inside,
  path: '/opinion/sources/$id',
  component: lazyRouteComponent(() => import('./opinion/sources/source-page.tsx'), 'PostSourcePage'),
})
const editPostSource = createRoute({
  getParentRoute: () => inside,
  path: '/opinion/sources/$id/edit',
  component: lazyRouteComponent(() => import('./opinion/sources/source-editor-page.tsx'), 'EditPostSourcePage'),
})
const hotLists = createRoute({
  getParentRoute: () => inside,
  path: '/opinion/hot-lists',
  component: lazyRouteComponent(() => import('./opinion/sources/hot-lists-page.tsx'), 'HotListsPage'),
})
const evidence = createRoute({
  getParentRoute: () => inside,
  path: '/opinion/evidence',
  validateSearch: (search: Record<string, unknown>): { post?: string } =>
    (typeof search.post === 'string' || typeof search.post === 'number') && /^\d{1,20}$/.test(String(search.post))
      ? { post: String(search.post) }
      : {},
  component: lazyRouteComponent(() => import('./opinion/sources/evidence-page.tsx'), 'EvidencePage'),
})

const offers = createRoute({
  getParentRoute: () => inside,
  path: '/offers',
  component: lazyRouteComponent(() => import('./offers/offers-page.tsx'), 'OffersPage'),
})
const newOffer = createRoute({
  getParentRoute: () => inside,
  path: '/offers/new',
  component: lazyRouteComponent(() => import('./offers/offer-editor-page.tsx'), 'NewOfferPage'),
})
const offer = createRoute({
  getParentRoute: () => inside,
  path: '/offers/$id',
  component: lazyRouteComponent(() => import('./offers/offer-page.tsx'), 'OfferPage'),
})
const editOffer = createRoute({
  getParentRoute: () => inside,
  path: '/offers/$id/edit',
  component: lazyRouteComponent(() => import('./offers/offer-editor-page.tsx'), 'EditOfferPage'),
})
const adAudiences = createRoute({
  getParentRoute: () => inside,
  path: '/ad-audiences',
  component: lazyRouteComponent(() => import('./ad-audiences/ad-audiences-page.tsx'), 'AdAudiencesPage'),
})
const content = createRoute({
  getParentRoute: () => inside,
  path: '/content',
  validateSearch: contentSearch,
  component: lazyRouteComponent(() => import('./content-check/content-page.tsx'), 'ContentPage'),
})

const insights = createRoute({
  getParentRoute: () => inside,
  path: '/insights',
  component: lazyRouteComponent(() => import('./insights/insights-page.tsx'), 'InsightsPage'),
})
const explore = createRoute({
  getParentRoute: () => inside,
  path: '/insights/explore/$kind',
  // `q` is the question as JSON, `report` the saved one it belongs to.
  validateSearch: (search: Record<string, unknown>): { q?: string; report?: string } => ({
    ...(search.q !== undefined && { q: typeof search.q === 'string' ? search.q : JSON.stringify(search.q) }),
    ...(typeof search.report === 'string' && { report: search.report }),
  }),
  component: lazyRouteComponent(() => import('./insights/explore-page.tsx'), 'ExplorePage'),
})
const dashboard = createRoute({
  getParentRoute: () => inside,
  path: '/insights/dashboards/$id',
  component: lazyRouteComponent(() => import('./insights/dashboard-page.tsx'), 'DashboardPage'),
})

const quality = createRoute({
  getParentRoute: () => inside,
  path: '/quality',
  component: lazyRouteComponent(() => import('./quality/quality-page.tsx'), 'QualityPage'),
})
const qualityRules = createRoute({
  getParentRoute: () => inside,
  path: '/quality/rules',
  component: lazyRouteComponent(() => import('./quality/rules-page.tsx'), 'RulesPage'),
})
const qualityRule = createRoute({
  getParentRoute: () => inside,
  path: '/quality/rules/$id',
  component: lazyRouteComponent(() => import('./quality/rule-page.tsx'), 'RulePage'),
})
const qualityRecipes = createRoute({
  getParentRoute: () => inside,
  path: '/quality/recipes',
  component: lazyRouteComponent(() => import('./quality/recipes-page.tsx'), 'RecipesPage'),
})
const qualityPeople = createRoute({
  getParentRoute: () => inside,
  path: '/quality/people',
  validateSearch: peopleSearch,
  component: lazyRouteComponent(() => import('./quality/people-page.tsx'), 'PeoplePage'),
})

const tags = createRoute({
  getParentRoute: () => inside,
  path: '/tags',
  component: lazyRouteComponent(() => import('./tags/tags-page.tsx'), 'TagsPage'),
})
const newTag = createRoute({
  getParentRoute: () => inside,
  path: '/tags/new',
  component: lazyRouteComponent(() => import('./tags/tag-editor-page.tsx'), 'NewTagPage'),
})
const tag = createRoute({
  getParentRoute: () => inside,
  path: '/tags/$key',
  component: lazyRouteComponent(() => import('./tags/tag-page.tsx'), 'TagPage'),
})
const editTag = createRoute({
  getParentRoute: () => inside,
  path: '/tags/$key/edit',
  component: lazyRouteComponent(() => import('./tags/tag-editor-page.tsx'), 'EditTagPage'),
})
const tagTexts = createRoute({
  getParentRoute: () => inside,
  path: '/texts',
  component: lazyRouteComponent(() => import('./tags/texts-page.tsx'), 'TextsPage'),
})

const campaigns = createRoute({
  getParentRoute: () => inside,
  path: '/campaigns',
  component: lazyRouteComponent(() => import('./campaigns/campaigns-page.tsx'), 'CampaignsPage'),
})
const newCampaign = createRoute({
  getParentRoute: () => inside,
  path: '/campaigns/new',
  validateSearch: templateSearch,
  component: lazyRouteComponent(() => import('./campaigns/new-campaign-page.tsx'), 'NewCampaignPage'),
})
const campaign = createRoute({
  getParentRoute: () => inside,
  path: '/campaigns/$id',
  validateSearch: campaignSearch,
  component: lazyRouteComponent(() => import('./campaigns/campaign-page.tsx'), 'CampaignPage'),
})

const opinionEvents = createRoute({
  getParentRoute: () => inside,
  path: '/opinion/events',
  validateSearch: boardSearch,
  component: lazyRouteComponent(() => import('./opinion/events/events-page.tsx'), 'EventsPage'),
})
const opinionEvent = createRoute({
  getParentRoute: () => inside,
  path: '/opinion/events/$id',
  component: lazyRouteComponent(() => import('./opinion/events/event-page.tsx'), 'EventPage'),
})
const facts = createRoute({
  getParentRoute: () => inside,
  path: '/opinion/facts',
  validateSearch: (search: Record<string, unknown>): { fact?: number } =>
    Number.isInteger(Number(search.fact)) && Number(search.fact) > 0 ? { fact: Number(search.fact) } : {},
  component: lazyRouteComponent(() => import('./opinion/facts/facts-page.tsx'), 'FactsPage'),
})
const wall = createRoute({
  getParentRoute: () => inside,
  path: '/opinion/wall',
  component: lazyRouteComponent(() => import('./opinion/wall/wall-page.tsx'), 'WallPage'),
})
const posts = createRoute({
  getParentRoute: () => inside,
  path: '/opinion/posts',
  validateSearch: explorerSearch,
  component: lazyRouteComponent(() => import('./opinion/posts/explorer-page.tsx'), 'ExplorerPage'),
})
const subjects = createRoute({
  getParentRoute: () => inside,
  path: '/opinion/subjects',
  component: lazyRouteComponent(() => import('./opinion/subjects/subjects-page.tsx'), 'SubjectsPage'),
})
const subject = createRoute({
  getParentRoute: () => inside,
  path: '/opinion/subjects/$id',
  component: lazyRouteComponent(() => import('./opinion/subjects/subject-page.tsx'), 'SubjectPage'),
})

const tasks = createRoute({
  getParentRoute: () => inside,
  path: '/tasks',
  component: lazyRouteComponent(() => import('./tasks/tasks-page.tsx'), 'TasksPage'),
})
const task = createRoute({
  getParentRoute: () => inside,
  path: '/tasks/$id',
  component: lazyRouteComponent(() => import('./tasks/task-page.tsx'), 'TaskPage'),
})

const qrCodes = createRoute({
  getParentRoute: () => inside,
  path: '/channels/qr-codes',
  component: lazyRouteComponent(() => import('./channels/qr-codes-page.tsx'), 'QrCodesPage'),
})
const channels = createRoute({
  getParentRoute: () => inside,
  path: '/channels',
  component: lazyRouteComponent(() => import('./channels/channels-page.tsx'), 'ChannelsPage'),
})
const provider = createRoute({
  getParentRoute: () => inside,
  path: '/channels/$id',
  component: lazyRouteComponent(() => import('./channels/provider-page.tsx'), 'ProviderPage'),
})

const alertTabs = ['board', 'silences', 'routing', 'channels', 'people', 'rota'] as const
const alerts = createRoute({
  getParentRoute: () => inside,
  path: '/opinion/alerts',
  validateSearch: (search: Record<string, unknown>): { tab?: (typeof alertTabs)[number] } => {
    const tab = alertTabs.find((one) => one === search.tab)
    return tab ? { tab } : {}
  },
  component: lazyRouteComponent(() => import('./opinion/alerts/alerts-page.tsx'), 'AlertsPage'),
})
const alertDetail = createRoute({
  getParentRoute: () => inside,
  path: '/opinion/alerts/$id',
  component: lazyRouteComponent(() => import('./opinion/alerts/alert-page.tsx'), 'AlertPage'),
})
const gradingTabs = ['levels', 'rules', 'workTime', 'plans', 'requests'] as const
const grading = createRoute({
  getParentRoute: () => inside,
  path: '/opinion/grading',
  validateSearch: (search: Record<string, unknown>): { tab?: (typeof gradingTabs)[number] } => {
    const tab = gradingTabs.find((one) => one === search.tab)
    return tab ? { tab } : {}
  },
  component: lazyRouteComponent(() => import('./opinion/grading/grading-page.tsx'), 'GradingPage'),
})
const labels = createRoute({
  getParentRoute: () => inside,
  path: '/opinion/labels',
  component: lazyRouteComponent(() => import('./opinion/reading/labels-page.tsx'), 'LabelsPage'),
})
const textModels = createRoute({
  getParentRoute: () => inside,
  path: '/opinion/models',
  component: lazyRouteComponent(() => import('./opinion/reading/models-page.tsx'), 'ModelsPage'),
})
const opinionReports = createRoute({
  getParentRoute: () => inside,
  path: '/opinion/reports',
  component: lazyRouteComponent(() => import('./opinion/reports/reports-page.tsx'), 'ReportsPage'),
})
const opinionReviews = createRoute({
  getParentRoute: () => inside,
  path: '/opinion/reviews',
  component: lazyRouteComponent(() => import('./opinion/review/reviews-page.tsx'), 'OpinionReviewsPage'),
})
const opinionReview = createRoute({
  getParentRoute: () => inside,
  path: '/opinion/reviews/$month',
  component: lazyRouteComponent(() => import('./opinion/review/review-page.tsx'), 'OpinionReviewPage'),
})
const awareness = createRoute({
  getParentRoute: () => inside,
  path: '/opinion/awareness',
  component: lazyRouteComponent(() => import('./opinion/awareness/awareness-page.tsx'), 'AwarenessPage'),
})
const drills = createRoute({
  getParentRoute: () => inside,
  path: '/opinion/drills',
  validateSearch: drillsSearch,
  component: lazyRouteComponent(() => import('./opinion/drills/drills-page.tsx'), 'DrillsPage'),
})
const drill = createRoute({
  getParentRoute: () => inside,
  path: '/opinion/drills/$id',
  component: lazyRouteComponent(() => import('./opinion/drills/drill-page.tsx'), 'DrillPage'),
})
const newScenario = createRoute({
  getParentRoute: () => inside,
  path: '/opinion/scenarios/new',
  validateSearch: newScenarioSearch,
  component: lazyRouteComponent(() => import('./opinion/drills/scenario-page.tsx'), 'NewScenarioPage'),
})
const scenario = createRoute({
  getParentRoute: () => inside,
  path: '/opinion/scenarios/$id',
  component: lazyRouteComponent(() => import('./opinion/drills/scenario-page.tsx'), 'ScenarioPage'),
})
const opinionReport = createRoute({
  getParentRoute: () => inside,
  path: '/opinion/reports/$id',
  component: lazyRouteComponent(() => import('./opinion/reports/report-page.tsx'), 'ReportPage'),
})

const refusals = createRoute({
  getParentRoute: () => inside,
  path: '/refusals',
  validateSearch: (search: Record<string, unknown>): { campaign?: number } => {
    const campaign = Number(search.campaign)
    return Number.isInteger(campaign) && campaign > 0 ? { campaign } : {}
  },
  component: lazyRouteComponent(() => import('./refusals/refusals-page.tsx'), 'RefusalsPage'),
})
const limits = createRoute({
  getParentRoute: () => inside,
  path: '/limits',
  component: lazyRouteComponent(() => import('./limits/limits-page.tsx'), 'LimitsPage'),
})

const consents = createRoute({
  getParentRoute: () => inside,
  path: '/consents',
  component: lazyRouteComponent(() => import('./consents/consents-page.tsx'), 'ConsentsPage'),
})
const consentPurpose = createRoute({
  getParentRoute: () => inside,
  path: '/consents/$key',
  component: lazyRouteComponent(() => import('./consents/purpose-page.tsx'), 'PurposePage'),
})
const exclusions = createRoute({
  getParentRoute: () => inside,
  path: '/exclusions',
  component: lazyRouteComponent(() => import('./consents/exclusions-page.tsx'), 'ExclusionsPage'),
})
const doNotContact = createRoute({
  getParentRoute: () => inside,
  path: '/do-not-contact',
  component: lazyRouteComponent(() => import('./consents/dnc-page.tsx'), 'DncPage'),
})

const mining = createRoute({
  getParentRoute: () => inside,
  path: '/mining',
  component: lazyRouteComponent(() => import('./mining/mining-page.tsx'), 'MiningPage'),
})
const newMiningRun = createRoute({
  getParentRoute: () => inside,
  path: '/mining/new/$kind',
  // The run whose question is to be changed and asked again.
  validateSearch: (search: Record<string, unknown>): { from?: string } =>
    typeof search.from === 'string' ? { from: search.from } : {},
  component: lazyRouteComponent(() => import('./mining/new-run-page.tsx'), 'NewMiningRunPage'),
})
const miningRun = createRoute({
  getParentRoute: () => inside,
  path: '/mining/runs/$id',
  component: lazyRouteComponent(() => import('./mining/run-page.tsx'), 'MiningRunPage'),
})

const setsInSearch = (search: Record<string, unknown>): { of?: string; base?: string } => ({
  ...(typeof search.of === 'string' && { of: search.of }),
  ...(typeof search.base === 'string' && { base: search.base }),
})
const portraits = createRoute({
  getParentRoute: () => inside,
  path: '/portraits',
  // Audiences and lists as `audience:ID,list:ID`.
  validateSearch: setsInSearch,
  component: lazyRouteComponent(() => import('./portraits/portrait-page.tsx'), 'PortraitPage'),
})
const overlap = createRoute({
  getParentRoute: () => inside,
  path: '/portraits/overlap',
  validateSearch: setsInSearch,
  component: lazyRouteComponent(() => import('./portraits/overlap-page.tsx'), 'OverlapPage'),
})
const lists = createRoute({
  getParentRoute: () => inside,
  path: '/lists',
  component: lazyRouteComponent(() => import('./portraits/lists-page.tsx'), 'ListsPage'),
})
const list = createRoute({
  getParentRoute: () => inside,
  path: '/lists/$id',
  component: lazyRouteComponent(() => import('./portraits/list-page.tsx'), 'ListPage'),
})
const lookalikes = createRoute({
  getParentRoute: () => inside,
  path: '/lookalikes',
  validateSearch: (search: Record<string, unknown>): { seed?: string } =>
    typeof search.seed === 'string' ? { seed: search.seed } : {},
  component: lazyRouteComponent(() => import('./portraits/lookalikes-page.tsx'), 'LookalikesPage'),
})
const lookalike = createRoute({
  getParentRoute: () => inside,
  path: '/lookalikes/$id',
  component: lazyRouteComponent(() => import('./portraits/lookalike-page.tsx'), 'LookalikePage'),
})

const matching = createRoute({
  getParentRoute: () => inside,
  path: '/matching',
  component: lazyRouteComponent(() => import('./matching/matching-page.tsx'), 'MatchingPage'),
})
const matchProject = createRoute({
  getParentRoute: () => inside,
  path: '/matching/$id',
  component: lazyRouteComponent(() => import('./matching/project-page.tsx'), 'MatchProjectPage'),
})
const matchReview = createRoute({
  getParentRoute: () => inside,
  path: '/matching/$id/review',
  validateSearch: (search: Record<string, unknown>): { pair?: string } => {
    const pair = typeof search.pair === 'number' ? String(search.pair) : search.pair
    return typeof pair === 'string' && /^\d{1,15}$/.test(pair) ? { pair } : {}
  },
  component: lazyRouteComponent(() => import('./matching/review-page.tsx'), 'MatchReviewPage'),
})

const creatives = createRoute({
  getParentRoute: () => inside,
  path: '/creatives',
  component: lazyRouteComponent(() => import('./creatives/creatives-page.tsx'), 'CreativesPage'),
})
const newCreative = createRoute({
  getParentRoute: () => inside,
  path: '/creatives/new',
  component: lazyRouteComponent(() => import('./creatives/creative-page.tsx'), 'NewCreativePage'),
})
const creative = createRoute({
  getParentRoute: () => inside,
  path: '/creatives/$id',
  component: lazyRouteComponent(() => import('./creatives/creative-page.tsx'), 'CreativePage'),
})
const reviews = createRoute({
  getParentRoute: () => inside,
  path: '/reviews',
  component: lazyRouteComponent(() => import('./reviews/reviews-page.tsx'), 'ReviewsPage'),
})
const review = createRoute({
  getParentRoute: () => inside,
  path: '/reviews/$id',
  component: lazyRouteComponent(() => import('./reviews/review-page.tsx'), 'ReviewPage'),
})

const imports = createRoute({
  getParentRoute: () => inside,
  path: '/imports',
  component: lazyRouteComponent(() => import('./imports/imports-page.tsx'), 'ImportsPage'),
})
const newImport = createRoute({
  getParentRoute: () => inside,
  path: '/imports/new',
  component: lazyRouteComponent(() => import('./imports/import-wizard-page.tsx'), 'ImportWizardPage'),
})
const importRun = createRoute({
  getParentRoute: () => inside,
  path: '/imports/$id',
  component: lazyRouteComponent(() => import('./imports/import-page.tsx'), 'ImportPage'),
})

const sources = createRoute({
  getParentRoute: () => inside,
  path: '/sources',
  component: lazyRouteComponent(() => import('./sources/sources-page.tsx'), 'SourcesPage'),
})
const source = createRoute({
  getParentRoute: () => inside,
  path: '/sources/$id',
  component: lazyRouteComponent(() => import('./sources/source-page.tsx'), 'SourcePage'),
})

const incidents = createRoute({
  getParentRoute: () => inside,
  path: '/opinion/incidents',
  component: lazyRouteComponent(() => import('./opinion/incidents/incidents-page.tsx'), 'IncidentsPage'),
})
const incident = createRoute({
  getParentRoute: () => inside,
  path: '/opinion/incidents/$id',
  component: lazyRouteComponent(() => import('./opinion/incidents/incident-page.tsx'), 'IncidentPage'),
})
const statements = createRoute({
  getParentRoute: () => inside,
  path: '/opinion/statements',
  component: lazyRouteComponent(() => import('./opinion/statements/statements-page.tsx'), 'StatementsPage'),
})
const newStatement = createRoute({
  getParentRoute: () => inside,
  path: '/opinion/statements/new',
  validateSearch: statementSearch,
  component: lazyRouteComponent(() => import('./opinion/statements/statement-page.tsx'), 'NewStatementPage'),
})
const statement = createRoute({
  getParentRoute: () => inside,
  path: '/opinion/statements/$id',
  component: lazyRouteComponent(() => import('./opinion/statements/statement-page.tsx'), 'StatementPage'),
})
const tickets = createRoute({
  getParentRoute: () => inside,
  path: '/opinion/tickets',
  component: lazyRouteComponent(() => import('./opinion/tickets/tickets-page.tsx'), 'TicketsPage'),
})
const ticket = createRoute({
  getParentRoute: () => inside,
  path: '/opinion/tickets/$id',
  component: lazyRouteComponent(() => import('./opinion/tickets/ticket-page.tsx'), 'TicketPage'),
})

const system = createRoute({
  getParentRoute: () => inside,
  path: '/system',
  beforeLoad: () => {
    throw redirect({ to: '/system/users' })
  },
})
const users = createRoute({
  getParentRoute: () => inside,
  path: '/system/users',
  component: lazyRouteComponent(() => import('./system/users-page.tsx'), 'UsersPage'),
})
const keys = createRoute({
  getParentRoute: () => inside,
  path: '/system/keys',
  component: lazyRouteComponent(() => import('./system/keys-page.tsx'), 'KeysPage'),
})
const jobs = createRoute({
  getParentRoute: () => inside,
  path: '/system/jobs',
  component: lazyRouteComponent(() => import('./system/jobs-page.tsx'), 'JobsPage'),
})
const audit = createRoute({
  getParentRoute: () => inside,
  path: '/system/audit',
  component: lazyRouteComponent(() => import('./system/audit-page.tsx'), 'AuditPage'),
})
const doctor = createRoute({
  getParentRoute: () => inside,
  path: '/system/doctor',
  component: lazyRouteComponent(() => import('./system/doctor-page.tsx'), 'DoctorPage'),
})
const dictionary = createRoute({
  getParentRoute: () => inside,
  path: '/system/dictionary',
  component: lazyRouteComponent(() => import('./system/dictionary-page.tsx'), 'DictionaryPage'),
})

export const router = createRouter({
  routeTree: root.addChildren([
    signIn,
    inside.addChildren([
      overview,
      account,
      customers,
      conflicts,
      customer,
      audiences,
      newAudience,
      audience,
      editAudience,
      portraits,
      overlap,
      lists,
      list,
      lookalikes,
      lookalike,
      insights,
      explore,
      dashboard,
      quality,
      qualityRules,
      qualityRule,
      qualityRecipes,
      qualityPeople,
      tags,
      newTag,
      tag,
      editTag,
      tagTexts,
      consents,
      consentPurpose,
      exclusions,
      doNotContact,
      campaigns,
      adAudiences,
      tasks,
      task,
      channels,
      qrCodes,
      provider,
      newCampaign,
      campaign,
      alerts,
      alertDetail,
      grading,
      labels,
      textModels,
      opinionReports,
      opinionReviews,
      opinionReview,
      awareness,
      opinionReport,
      drills,
      drill,
      newScenario,
      scenario,
      postSources,
      newPostSource,
      postSource,
      editPostSource,
      hotLists,
      evidence,
      refusals,
      limits,
      mining,
      newMiningRun,
      miningRun,
      opinionEvents,
      opinionEvent,
      facts,
      wall,
      posts,
      subjects,
      subject,
      offers,
      newOffer,
      offer,
      editOffer,
      content,
      matching,
      matchProject,
      matchReview,
      creatives,
      newCreative,
      creative,
      reviews,
      review,
      imports,
      newImport,
      importRun,
      sources,
      source,
      incidents,
      incident,
      statements,
      newStatement,
      statement,
      tickets,
      ticket,
      system,
      users,
      keys,
      jobs,
      audit,
      doctor,
      dictionary,
    ]),
  ]),
  defaultPreload: 'intent',
  defaultPendingMs: 300,
  defaultPendingComponent: RoutePending,
  defaultErrorComponent: RouteFailure,
  defaultNotFoundComponent: RouteMissing,
  scrollRestoration: true,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
